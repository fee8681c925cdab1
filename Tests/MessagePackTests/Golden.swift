import Foundation
import MessagePack

/// What Python packed: the values of `Fixtures/MessagePack/golden.txt` by name.
let golden: [String: MessageBytes] = {
  let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Fixtures/MessagePack/golden.txt")
  let text = try! String(contentsOf: file, encoding: .utf8)
  let pairs = text.split(separator: "\n").map { line in
    let parts = line.split(separator: " ", omittingEmptySubsequences: false)
    let digits = Array(parts[1])
    let bytes = stride(from: 0, to: digits.count, by: 2).map {
      UInt8(String(digits[$0...($0 + 1)]), radix: 16)!
    }
    return (String(parts[0]), MessageBytes(bytes))
  }
  return Dictionary(uniqueKeysWithValues: pairs)
}()

/// A small generator with a seed (SplitMix64, Steele, Lea & Flood 2014), so that failures repeat.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
