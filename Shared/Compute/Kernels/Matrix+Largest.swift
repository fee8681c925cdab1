extension Matrix {
  /// The `count` largest elements of this single row with their columns, largest first; equal ones
  /// in the order of their columns.
  public func largest(_ count: Int) -> [(value: Scalar, column: Int)] {
    precondition(rows == 1, "\(rows) rows")
    let count = min(count, columns)
    if count <= 0 { return [] }
    return unsafe withUnsafeTemporaryAllocation(of: Scalar.self, capacity: count) { values in
      unsafe withUnsafeTemporaryAllocation(of: Int.self, capacity: count) { places in
        // A capacity above zero has an address.
        unsafe Scalar.kernels.largest(
          columns, pointer, count, values.baseAddress!, places.baseAddress!)
        return (0..<count).map { unsafe (values[$0], places[$0]) }
      }
    }
  }
}
