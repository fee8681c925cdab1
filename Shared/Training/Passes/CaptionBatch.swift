/// Captions to learn from in one pass, longest first, so that the captions still running at any
/// step are the first rows.
public struct CaptionBatch: Sendable {
  /// For each caption the index of its image in the feature batch.
  public let images: [Int]
  /// For each caption its ids from `<start>` to `<end>`.
  public let captions: [[Int32]]
  /// How many captions still predict a word at each step.
  public let active: [Int]
  /// Words to predict, over all captions.
  public let tokenCount: Int

  /// Sorts captions, each at least `<start>` and one word, by length; equal lengths keep their order.
  public init(captions: [(image: Int, ids: [Int32])]) {
    let sorted = captions.enumerated().sorted {
      ($1.element.ids.count, $0.offset) < ($0.element.ids.count, $1.offset)
    }.map(\.element)
    precondition(sorted.allSatisfy { $0.ids.count >= 2 }, "a caption without a word to predict")
    images = sorted.map(\.image)
    self.captions = sorted.map(\.ids)
    let longest = (sorted.first?.ids.count ?? 1) - 1
    active = (0..<longest).map { step in sorted.count { $0.ids.count - 1 > step } }
    tokenCount = active.reduce(0, +)
  }

  /// The rows of each step in a matrix that packs all steps, one step after another.
  var packedRows: [Range<Int>] {
    var start = 0
    return active.map { count in
      defer { start += count }
      return start..<start + count
    }
  }

  /// The word fed at each packed row.
  var inputs: [Int] { packed { step, row in Int(captions[row][step]) } }

  /// The word to predict at each packed row.
  var targets: [Int32] { packed { step, row in captions[row][step + 1] } }

  private func packed<T>(_ element: (Int, Int) -> T) -> [T] {
    active.enumerated().flatMap { step, count in (0..<count).map { element(step, $0) } }
  }
}
