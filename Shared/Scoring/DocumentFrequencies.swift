/// In how many images' references each n-gram occurs: what CIDEr weighs n-grams by.
///
/// Scores of a corpus take the frequencies of the references they are computed with. A reward in
/// training takes those of the training set, gathered once.
public struct DocumentFrequencies: Sendable {
  /// The number of images.
  public private(set) var documentCount = 0
  private var frequencies: [UInt128: Frequency] = [:]

  private struct Frequency {
    var documents: Int
    /// The last image that was counted, so that an n-gram counts once an image.
    var lastDocument: Int
  }

  public init() {}

  /// Counts one more image.
  public mutating func add(references: [[WordID]]) {
    add(references.map(NGramCounts.init(reference:)))
  }

  mutating func add(_ references: [NGramCounts]) {
    documentCount += 1
    for reference in references {
      for entry in reference.entries {
        let current = documentCount
        let fresh = Frequency(documents: 0, lastDocument: 0)
        func count(_ frequency: inout Frequency) {
          if frequency.lastDocument != current {
            frequency = Frequency(documents: frequency.documents + 1, lastDocument: current)
          }
        }
        count(&frequencies[entry.key, default: fresh])
      }
    }
  }

  /// The number of images whose references hold the n-gram of these one to four words.
  public func frequency(of words: [WordID]) -> Int {
    precondition((1...NGramCounts.maximumOrder).contains(words.count))
    let key = words.reduce(UInt128(0)) { $0 << 32 | UInt128($1.code) }
    return frequencies[key]?.documents ?? 0
  }

  /// The number of images that hold an n-gram, at least 1.
  func clampedFrequency(of key: UInt128) -> Int { frequencies[key]?.documents ?? 1 }
}
