/// The extents of a tensor, outermost first; `[]` is the shape of a scalar.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  public let dimensions: [Int]
  /// The product of the extents; 1 for a scalar.
  public let elementCount: Int

  /// A shape known to be sound. Traps on a negative extent or on overflow.
  public init(_ dimensions: [Int]) {
    guard let shape = Shape(validating: dimensions) else {
      preconditionFailure("\(dimensions) is not a shape")
    }
    self = shape
  }

  /// A shape that somebody else claims: nil for a negative extent or where the product overflows.
  public init?(validating dimensions: [Int]) {
    var count = 1
    for extent in dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      if extent < 0 || overflow { return nil }
      count = product
    }
    self.dimensions = dimensions
    self.elementCount = count
  }

  public init(arrayLiteral dimensions: Int...) { self.init(dimensions) }

  /// The number of extents.
  public var rank: Int { dimensions.count }

  public subscript(axis: Int) -> Int { dimensions[axis] }

  /// The extents joined by "×", as messages to people write them.
  public var description: String {
    dimensions.isEmpty ? "scalar" : dimensions.map(String.init).joined(separator: "×")
  }
}
