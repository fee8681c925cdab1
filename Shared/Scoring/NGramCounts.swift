/// The n-grams of one sentence, of orders 1 to 4, and how often each occurs.
///
/// An n-gram is packed into 128 bits, 32 for each word, its last word lowest. Since no word is 0,
/// the key's width tells the order, and sorting by key sorts by order first.
struct NGramCounts: Sendable {
  static let maximumOrder = 4

  struct Entry: Sendable {
    let key: UInt128
    var count: Int

    /// The number of words less one.
    var orderIndex: Int { (UInt128.bitWidth - 1 - key.leadingZeroBitCount) / UInt32.bitWidth }
  }

  /// Sorted by key; no key twice.
  let entries: [Entry]
  let wordCount: Int

  init(candidate words: [WordID]) {
    self.init(words) { $0.code }
  }

  init(reference words: [WordID]) {
    self.init(words) { ($0 == .unknown ? .unknownInReference : $0).code }
  }

  private init(_ words: [WordID], code: (WordID) -> UInt32) {
    var keys: [UInt128] = []
    keys.reserveCapacity(words.count * Self.maximumOrder)
    for start in words.indices {
      var key: UInt128 = 0
      for word in words[start..<min(start + Self.maximumOrder, words.count)] {
        key = key << UInt128(UInt32.bitWidth) | UInt128(code(word))
        keys.append(key)
      }
    }
    keys.sort()
    var entries: [Entry] = []
    entries.reserveCapacity(keys.count)
    for key in keys {
      if entries.last?.key == key {
        entries[entries.count - 1].count += 1
      } else {
        entries.append(Entry(key: key, count: 1))
      }
    }
    self.entries = entries
    self.wordCount = words.count
  }

  /// How many n-grams of each order a sentence of `wordCount` words has.
  static func totals(wordCount: Int) -> SIMD4<Int> {
    SIMD4(wordCount, max(0, wordCount - 1), max(0, wordCount - 2), max(0, wordCount - 3))
  }

  /// How many n-grams of each order occur in the references too, each counted at most as often as
  /// in the reference that has it most often.
  func clippedMatches(in references: [NGramCounts]) -> SIMD4<Int> {
    var best = [Int](repeating: 0, count: entries.count)
    for reference in references {
      var other = 0
      for index in entries.indices {
        let key = entries[index].key
        while other < reference.entries.count && reference.entries[other].key < key { other += 1 }
        if other == reference.entries.count { break }
        if reference.entries[other].key == key {
          best[index] = max(best[index], reference.entries[other].count)
        }
      }
    }
    var matches = SIMD4<Int>.zero
    for (entry, most) in zip(entries, best) {
      matches[entry.orderIndex] += min(entry.count, most)
    }
    return matches
  }
}
