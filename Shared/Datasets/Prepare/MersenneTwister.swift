import Glibc

/// The generator MT19937 (Matsumoto and Nishimura 1998) with what CPython's `random` builds on it:
/// the same seed draws the same captions.
struct MersenneTwister {
  private static let length = 624
  private static let middle = 397

  private var state: [UInt32]
  private var next = length

  /// As `random.seed(seed)`: the seed's 32-bit digits, lowest first, through init_by_array.
  init(seed: UInt64) {
    let key =
      seed >> 32 == 0
      ? [UInt32(truncatingIfNeeded: seed)]
      : [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)]
    state = [UInt32](repeating: 19_650_218, count: Self.length)
    for index in 1..<Self.length {
      state[index] = 1_812_433_253 &* mixed(index) &+ UInt32(index)
    }
    var (i, j) = (1, 0)
    for _ in 0..<Self.length {
      state[i] = (state[i] ^ mixed(i) &* 1_664_525) &+ key[j] &+ UInt32(j)
      advance(&i)
      j = (j + 1) % key.count
    }
    for _ in 1..<Self.length {
      state[i] = (state[i] ^ mixed(i) &* 1_566_083_941) &- UInt32(i)
      advance(&i)
    }
    state[0] = 0x8000_0000
  }

  /// The word before `index` with its upper bits mixed into the lower ones.
  private func mixed(_ index: Int) -> UInt32 {
    let previous = state[index - 1]
    return previous ^ previous >> 30
  }

  /// Goes on to the next word, of which the first follows the last.
  private mutating func advance(_ index: inout Int) {
    index += 1
    if index == Self.length {
      state[0] = state[Self.length - 1]
      index = 1
    }
  }

  /// 32 random bits.
  mutating func word() -> UInt32 {
    if next == Self.length { twist() }
    var word = state[next]
    next += 1
    word ^= word >> 11
    word ^= word << 7 & 0x9D2C_5680
    word ^= word << 15 & 0xEFC6_0000
    return word ^ word >> 18
  }

  private mutating func twist() {
    for index in 0..<Self.length {
      let pair =
        state[index] & 0x8000_0000 | state[(index + 1) % Self.length] & 0x7FFF_FFFF
      let shifted = pair >> 1 ^ (pair & 1 == 0 ? 0 : 0x9908_B0DF)
      state[index] = state[(index + Self.middle) % Self.length] ^ shifted
    }
    next = 0
  }

  // MARK: What CPython's random makes of it

  /// A whole number below `bound`, which is 1 to 2³² − 1: as many of a word's upper bits as the
  /// bound has, drawn again until they are below it.
  mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0 && bound <= UInt32.max, "no number below \(bound)")
    let bits = Int.bitWidth - bound.leadingZeroBitCount
    while true {
      let number = Int(word() >> UInt32(32 - bits))
      if number < bound { return number }
    }
  }

  /// As `random.choice(items)`.
  mutating func choice<Item>(_ items: [Item]) -> Item { items[below(items.count)] }

  /// As `random.sample(items, k=count)`: distinct items in random order.
  mutating func sample<Item>(_ items: [Item], count: Int) -> [Item] {
    precondition((0...items.count).contains(count), "\(count) of \(items.count)")
    // CPython takes whichever needs less memory, a copy of the list or a set of places.
    var setSize = 21
    if count > 5 {
      setSize += 1 << (2 * Int((Glibc.log(Double(count * 3)) / Glibc.log(4.0)).rounded(.up)))
    }
    if items.count > setSize {
      var taken: Set<Int> = []
      return (0..<count).map { _ in
        var place = below(items.count)
        while !taken.insert(place).inserted { place = below(items.count) }
        return items[place]
      }
    }
    var pool = items
    return (0..<count).map { drawn in
      let place = below(items.count - drawn)
      defer { pool[place] = pool[items.count - drawn - 1] }
      return pool[place]
    }
  }

  /// As `random.shuffle(items)`.
  mutating func shuffle<Item>(_ items: inout [Item]) {
    for last in stride(from: items.count - 1, to: 0, by: -1) {
      items.swapAt(last, below(last + 1))
    }
  }
}
