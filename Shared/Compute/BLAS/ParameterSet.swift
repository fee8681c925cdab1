/// A model's parameters, or their gradients, by name and in a fixed order.
///
/// As with ``Matrix``, copies share the numbers; ``duplicate()`` makes new ones.
public struct ParameterSet<Scalar: Real>: Sendable {
  public let names: [String]
  private let matrices: [String: Matrix<Scalar>]

  /// Parameters of zeros with the given names and extents, in that order.
  public init(_ shapes: [(name: String, rows: Int, columns: Int)]) {
    names = shapes.map(\.name)
    matrices = Dictionary(
      uniqueKeysWithValues: shapes.map { ($0.name, Matrix($0.rows, $0.columns)) })
  }

  /// Parameters of zeros with the names and extents of others.
  public init(like other: ParameterSet) {
    self.init(other.names.map { ($0, other[$0].rows, other[$0].columns) })
  }

  /// The given parameters, sharing memory.
  public init(names: [String], matrices: [String: Matrix<Scalar>]) {
    self.names = names
    self.matrices = matrices
  }

  /// The parameter of that name, which the configuration must have.
  public subscript(name: String) -> Matrix<Scalar> {
    guard let matrix = matrices[name] else { preconditionFailure("no parameter \(name)") }
    return matrix
  }

  /// The number of scalars in all.
  public var count: Int { names.reduce(0) { $0 + self[$1].count } }

  /// New parameters with the same numbers, rounded to `Other`.
  public func converted<Other: Real>(to type: Other.Type = Other.self) -> ParameterSet<Other> {
    ParameterSet<Other>(
      names: names,
      matrices: matrices.mapValues { matrix in
        Matrix(matrix.rows, matrix.columns, matrix.elements.map { Other($0) })
      })
  }

  /// New parameters with the same numbers.
  public func duplicate() -> ParameterSet { converted(to: Scalar.self) }

  /// Sets every number to zero.
  public func clear() {
    for name in names { self[name].fill(0) }
  }
}
