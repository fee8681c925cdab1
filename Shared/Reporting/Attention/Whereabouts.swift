/// Where a decoder looked, in words, for those who do not see the map.
enum Whereabouts {
  /// As “looked at the upper left”, from the weights' centre of mass.
  static func text(_ weights: [Float], rows: Int, columns: Int) -> String {
    let sum = weights.reduce(0) { $0 + Double($1) }
    guard sum > 0, let top = weights.max() else { return "looked nowhere" }
    if Double(top) * Double(weights.count) < 2 * sum { return "looked all over" }
    var (across, down) = (0.0, 0.0)
    for (index, weight) in weights.enumerated() {
      across += (Double(index % columns) + 0.5) / Double(columns) * Double(weight)
      down += (Double(index / columns) + 0.5) / Double(rows) * Double(weight)
    }
    func third(_ share: Double) -> Int { share < 0.42 ? 0 : share > 0.58 ? 2 : 1 }
    let names = [
      ["upper left", "top", "upper right"], ["left", "centre", "right"],
      ["lower left", "bottom", "lower right"],
    ]
    return "looked at the " + names[third(down / sum)][third(across / sum)]
  }
}
