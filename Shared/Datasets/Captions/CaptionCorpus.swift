import Vocabulary

/// The captions of a data set's images in little memory: each word is kept once.
struct CaptionCorpus: Sendable {
  struct Image: Sendable {
    /// Path under the image root.
    var path: String
    /// What the image is for; nil where the data set says something else than train, val or test.
    var split: DatasetSplit?
    /// Which of the corpus' captions are its own.
    var captions: [Int32]
  }

  var images: [Image] = []
  /// The distinct words, as they came.
  private(set) var words: [String] = []
  private var ids: [ExactWord: Int32] = [:]
  private var tokens: [Int32] = []
  /// Where each caption ends in `tokens`.
  private var ends: [Int] = []

  /// Keeps a caption and returns its number.
  mutating func add(_ caption: [String]) -> Int32 {
    for word in caption {
      let key = ExactWord(word)
      if let id = ids[key] {
        tokens.append(id)
      } else {
        let id = Int32(words.count)
        ids[key] = id
        words.append(word)
        tokens.append(id)
      }
    }
    ends.append(tokens.count)
    return Int32(ends.count - 1)
  }

  /// A caption's words, as places in ``words``.
  func caption(_ number: Int32) -> ArraySlice<Int32> {
    let number = Int(number)
    return tokens[(number == 0 ? 0 : ends[number - 1])..<ends[number]]
  }

  func length(_ number: Int32) -> Int { caption(number).count }

  /// The vocabulary as the tutorial counts it: over the captions of all images, whatever their
  /// split and length, in order of first appearance.
  func vocabulary(minimumFrequency: Int) -> (Vocabulary, idOfWord: [Int]) {
    var order: [Int32] = []
    var counts = [Int](repeating: 0, count: words.count)
    for image in images {
      for number in image.captions {
        for word in caption(number) {
          if counts[Int(word)] == 0 { order.append(word) }
          counts[Int(word)] += 1
        }
      }
    }
    let special = ["<pad>", "<unk>", "<start>", "<end>"]
    let kept = order.filter {
      counts[Int($0)] > minimumFrequency && !special.contains(words[Int($0)])
    }
    // The words are distinct and the special ones present by construction.
    let vocabulary = try! Vocabulary(
      words: ["<pad>"] + kept.map { words[Int($0)] } + ["<unk>", "<start>", "<end>"])
    var idOfWord = [Int](repeating: vocabulary.unknown, count: words.count)
    for (index, word) in kept.enumerated() { idOfWord[Int(word)] = index + 1 }
    return (vocabulary, idOfWord)
  }
}

/// What images of a data set are for, by the names in the tutorial's files.
public enum DatasetSplit: String, Sendable, CaseIterable, Codable {
  case train = "TRAIN"
  case val = "VAL"
  case test = "TEST"

  /// By the name in Karpathy's JSON, where COCO's `restval` trains as well.
  public init?(karpathy name: String) {
    switch name {
    case "train", "restval": self = .train
    case "val": self = .val
    case "test": self = .test
    default: return nil
    }
  }
}
