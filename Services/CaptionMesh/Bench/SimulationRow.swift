/// What a simulated mesh of one size did.
struct SimulationRow: Encodable, Sendable {
  var encoders: Int
  /// Photographs in hand.
  var inHand: Int
  var imagesPerSecond: Double
  /// What the encoders could do at most.
  var idealImagesPerSecond: Double
  /// Milliseconds of an image in the mesh less those that stages slept for it.
  var addedWaitMedian: Double
  var addedWait99: Double
  /// Milliseconds of a processor an image: the dispatcher's, and those of all workers and clients.
  var dispatcherMilliseconds: Double
  var otherMilliseconds: Double
  var dispatcherMegabytes: Int

  var share: Double { imagesPerSecond / idealImagesPerSecond }

  private static let widths = [8, 8, 10, 9, 7, 12, 12, 14, 12, 10]

  static let heading = line([
    "encoders", "in hand", "images/s", "ideal", "share", "added p50", "added p99",
    "dispatcher ms", "others ms", "memory MB",
  ])

  var text: String {
    Self.line([
      "\(encoders)", "\(inHand)", "\(imagesPerSecond.rounded(1))",
      "\(idealImagesPerSecond.rounded(1))", "\(share.rounded(3))", "\(addedWaitMedian.rounded(1))",
      "\(addedWait99.rounded(1))", "\(dispatcherMilliseconds.rounded(3))",
      "\(otherMilliseconds.rounded(3))", "\(dispatcherMegabytes)",
    ])
  }

  private static func line(_ cells: [String]) -> String {
    zip(cells, widths).map { cell, width in
      String(repeating: " ", count: max(0, width - cell.count)) + cell
    }.joined(separator: " ")
  }
}
