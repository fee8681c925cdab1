/// Captions to learn from in one pass, longest first, so that the captions still running at any
/// step are the first rows.
public struct CaptionBatch: Sendable {
  /// For each caption the index of its image in the feature batch.
  public let images: [Int]
  /// For each caption its ids from `<start>` to `<end>`.
  public let captions: [[Int32]]
  /// Where each caption stood before they were sorted.
  public let order: [Int]
  /// What each caption's words count in the loss; nil counts all alike.
  public let weights: [Float]?
  /// How many captions still predict a word at each step.
  public let active: [Int]
  /// Words to predict, over all captions.
  public let tokenCount: Int
  /// The word fed at each packed row: the caption's own, unless scheduled sampling replaced it.
  var inputs: [Int] = []

  /// Sorts captions, each at least `<start>` and one word, by length; equal lengths keep their order.
  public init(captions: [(image: Int, ids: [Int32])], weights: [Float]? = nil) {
    precondition(weights.map { $0.count == captions.count } ?? true, "a weight for each caption")
    let order = captions.indices.sorted {
      (captions[$1].ids.count, $0) < (captions[$0].ids.count, $1)
    }
    precondition(captions.allSatisfy { $0.ids.count >= 2 }, "a caption without a word to predict")
    images = order.map { captions[$0].image }
    self.order = order
    self.captions = order.map { captions[$0].ids }
    self.weights = weights.map { weights in order.map { weights[$0] } }
    let captions = self.captions
    let longest = (captions.first?.count ?? 1) - 1
    active = (0..<longest).map { step in captions.count { $0.count - 1 > step } }
    tokenCount = active.reduce(0, +)
    inputs = packed { step, row in Int(captions[row][step]) }
  }

  /// The rows of each step in a matrix that packs all steps, one step after another.
  var packedRows: [Range<Int>] {
    var start = 0
    return active.map { count in
      defer { start += count }
      return start..<start + count
    }
  }

  /// The word to predict at each packed row.
  var targets: [Int32] { packed { step, row in captions[row][step + 1] } }

  /// The weight of each packed row.
  var packedWeights: [Float]? {
    weights.map { weights in packed { _, row in weights[row] } }
  }

  private func packed<T>(_ element: (Int, Int) -> T) -> [T] {
    active.enumerated().flatMap { step, count in (0..<count).map { element(step, $0) } }
  }
}
