public import Compute

/// A model's parameters, or their gradients, by name and in a fixed order.
///
/// As with ``Matrix``, copies share the numbers; ``duplicate()`` makes new ones.
public struct ParameterSet<Scalar: Real>: Sendable {
  public let names: [String]
  private let matrices: [String: Matrix<Scalar>]

  /// Parameters of zeros with the configuration's names and extents.
  public init(_ configuration: DecoderConfiguration) {
    self.init(configuration.parameterShapes)
  }

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

  /// Draws a first state: embedding and vocabulary layer from ±0.1 and the rest from ±1/√(inputs),
  /// as the tutorial and PyTorch's defaults do; biases of the vocabulary layer 0, norms neutral.
  public func initialize(using generator: inout some RandomNumberGenerator) {
    for name in names {
      let matrix = self[name]
      let bound: Double
      switch name {
      case "embedding.weight", "fc.weight": bound = 0.1
      case "fc.bias": bound = 0
      case _ where name.contains("_norm."):
        matrix.fill(name.hasSuffix("weight") || name.hasSuffix("running_var") ? 1 : 0)
        continue
      case _ where name.hasPrefix("decode_step"):
        bound = 1 / Double(self["decode_step.weight_hh"].columns).squareRoot()
      default:
        let weight = name.hasSuffix(".bias") ? String(name.dropLast(4)) + "weight" : name
        bound = 1 / Double(self[weight].columns).squareRoot()
      }
      matrix.copyElements(
        from: (0..<matrix.count).map { _ in
          Scalar(bound == 0 ? 0 : Double.random(in: -bound...bound, using: &generator))
        })
    }
  }
}
