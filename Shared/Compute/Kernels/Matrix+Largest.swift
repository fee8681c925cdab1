extension Matrix {
  /// The `count` largest elements of this single row with their columns, largest first; equal ones
  /// in the order of their columns.
  public func largest(_ count: Int) -> [(value: Scalar, column: Int)] {
    precondition(rows == 1, "\(rows) rows")
    var best: [(value: Scalar, column: Int)] = []
    best.reserveCapacity(count + 1)
    let count = min(count, columns)
    if count == 0 { return [] }
    var threshold = -Scalar.infinity
    for column in 0..<columns {
      let value = unsafe pointer[column]
      if best.count == count && !(value > threshold) { continue }
      // Insertion from the end keeps the earlier column first among equals.
      var place = best.count
      while place > 0 && best[place - 1].value < value { place -= 1 }
      best.insert((value, column), at: place)
      if best.count > count { best.removeLast() }
      threshold = best[best.count - 1].value
    }
    return best
  }
}
