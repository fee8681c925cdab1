internal import Drawing

/// Two models' captions of the same images, image by image, by CIDEr-D.
struct Comparison: Sendable {
  /// One image that both captioned.
  struct Pair: Sendable {
    var image: String
    var first: TestCaption
    var second: TestCaption
    var difference: Double { first.cider - second.cider }
  }

  /// Images of one kind.
  struct Bucket: Sendable {
    var name: String
    var pairs: [Pair]
    var first: Spread { Spread(pairs.map(\.first.cider))! }
    var second: Spread { Spread(pairs.map(\.second.cider))! }
    var difference: Spread { Spread(pairs.map(\.difference))! }

    /// Which model is better, where the 95 % interval of the mean difference leaves zero out and
    /// there are enough images to say so.
    var verdict: Int {
      guard pairs.count >= 30, let margin = difference.margin else { return 0 }
      return difference.mean > margin ? 1 : difference.mean < -margin ? -1 : 0
    }
  }

  /// One way to sort images into kinds.
  struct Question: Sendable {
    var title: String
    var buckets: [Bucket]
  }

  let firstName: String
  let secondName: String
  let pairs: [Pair]

  /// Nil when no image was captioned by both.
  init?(_ first: Run, named firstName: String, _ second: Run, named secondName: String) {
    guard let own = first.captions, let others = second.captions else { return nil }
    let byImage = Dictionary(others.map { ($0.image, $0) }) { first, _ in first }
    var seen: Set<String> = []
    pairs = own.compactMap { caption in
      guard seen.insert(caption.image).inserted, let other = byImage[caption.image] else {
        return nil
      }
      return Pair(image: caption.image, first: caption, second: other)
    }
    guard !pairs.isEmpty else { return nil }
    self.firstName = firstName
    self.secondName = secondName
  }

  var all: Bucket { Bucket(name: "all images", pairs: pairs) }

  /// By what kind of caption one beats the other.
  var questions: [Question] {
    [lengths, rareWords, repetitions, agreement].filter { $0.buckets.count > 1 }
  }

  /// Images where the first is furthest ahead, or, negated, the second.
  func furthest(_ count: Int, ahead sign: Double) -> [Pair] {
    pairs.enumerated().filter { $0.element.difference * sign > 0 }.sorted {
      let (a, b) = ($0.element.difference * sign, $1.element.difference * sign)
      return a == b ? $0.offset < $1.offset : a > b
    }.prefix(count).map(\.element)
  }

  // MARK: Kinds

  /// Thirds of the images by the length of their references.
  private var lengths: Question {
    let known = pairs.filter { $0.first.referenceLength != nil }
    let sorted = known.compactMap(\.first.referenceLength).sorted()
    guard let shortest = sorted.first, let longest = sorted.last, shortest < longest else {
      return Question(title: "", buckets: [])
    }
    let (low, high) = (sorted[sorted.count / 3], sorted[sorted.count * 2 / 3])
    let names = [
      "fewer than \(low.short) words", "\(low.short) to \(high.short) words",
      "more than \(high.short) words",
    ]
    return question("Mean length of the references", names, of: known) { pair in
      let length = pair.first.referenceLength ?? 0
      return length < low ? 0 : length > high ? 2 : 1
    }
  }

  private var rareWords: Question {
    let known = pairs.filter { $0.first.rareWords != nil }
    let names = ["none", "1 or 2", "3 to 5", "6 or more"]
    return question("Rare words in the references", names, of: known) { pair in
      switch pair.first.rareWords ?? 0 {
      case ..<1: 0
      case ...2: 1
      case ...5: 2
      default: 3
      }
    }
  }

  private var repetitions: Question {
    let names = [
      "neither", "only \(firstName)", "only \(secondName)", "both",
    ]
    return question("Which caption repeats a word", names, of: pairs) { pair in
      (CaptionWords(pair.first.caption).repeats ? 1 : 0)
        + (CaptionWords(pair.second.caption).repeats ? 2 : 0)
    }
  }

  private var agreement: Question {
    let names = ["the same caption", "half of the words or more", "fewer than half of the words"]
    return question("What the two captions share", names, of: pairs) { pair in
      if pair.first.caption == pair.second.caption { return 0 }
      let overlap = CaptionWords(pair.first.caption).overlap(CaptionWords(pair.second.caption))
      return overlap >= 0.5 ? 1 : 2
    }
  }

  private func question(
    _ title: String, _ names: [String], of pairs: [Pair], kind: (Pair) -> Int
  ) -> Question {
    let kinds = Dictionary(grouping: pairs, by: kind)
    return Question(
      title: title,
      buckets: names.indices.compactMap { index in
        kinds[index].map { Bucket(name: names[index], pairs: $0) }
      })
  }
}
