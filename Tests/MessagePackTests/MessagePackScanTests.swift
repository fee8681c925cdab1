import MessagePack
import Testing

@Suite("Untrusted bytes")
struct MessagePackScanTests {
  @Test("a value that is cut off or goes on is refused", arguments: 0..<50)
  func truncated(seed: UInt64) throws {
    var generator = SeededGenerator(state: seed)
    let bytes = try MessagePackWriter.pack(Sample.random(using: &generator))
    for count in 0..<bytes.count {
      #expect(throws: MessagePackError.self) { try MessagePackValue(unpacking: bytes[0..<count]) }
    }
    let error = #expect(throws: MessagePackError.self) {
      try MessagePackValue(unpacking: MessageBytes(bytes.array + [0xc0]))
    }
    #expect(error?.code == .malformed)
  }

  @Test("changed bytes are read or refused and nothing else", arguments: 0..<500)
  func mutated(seed: UInt64) throws {
    var generator = SeededGenerator(state: seed)
    var bytes = try MessagePackWriter.pack(Sample.random(using: &generator)).array
    for _ in 0..<20 {
      bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
        in: 0...255, using: &generator)
      do { _ = try Sample(from: MessagePackValue(unpacking: MessageBytes(bytes))) } catch {}
    }
  }

  @Test("random bytes are read or refused and nothing else", arguments: 0..<500)
  func random(seed: UInt64) {
    var generator = SeededGenerator(state: seed)
    let bytes = (0..<Int.random(in: 0...64, using: &generator)).map { _ in
      UInt8.random(in: 0...255, using: &generator)
    }
    do { _ = try Sample(from: MessagePackValue(unpacking: MessageBytes(bytes))) } catch {}
  }

  @Test(
    "lengths beyond the bytes are refused before anything is allocated",
    arguments: [
      [0xdd, 0xff, 0xff, 0xff, 0xff], [0xdf, 0xff, 0xff, 0xff, 0xff],  // array 32, map 32
      [0xc6, 0xff, 0xff, 0xff, 0xff], [0xdb, 0xff, 0xff, 0xff, 0xff],  // bin 32, str 32
      [0xc9, 0xff, 0xff, 0xff, 0xff, 0x01], [0xd8, 0x01, 0x00],  // ext 32, fixext 16
      [0xdc, 0x00, 0x02, 0xc0], [0x81, 0xc0], [],  // one element, one value, everything missing
    ] as [[UInt8]])
  func lengths(bytes: [UInt8]) {
    let error = #expect(throws: MessagePackError.self) {
      try MessagePackValue(unpacking: MessageBytes(bytes))
    }
    #expect(error?.code == .truncated)
  }

  @Test("every first byte is understood as msgpack-c understands it")
  func firstBytes() throws {
    for first in UInt8.min...UInt8.max {
      let bytes = [first] + [UInt8](repeating: 0, count: 600)
      var accepted = 0
      for count in 1...bytes.count
      where (try? MessagePackValue(unpacking: MessageBytes(bytes[0..<count]))) != nil {
        accepted += 1
      }
      #expect(accepted == (first == 0xc1 ? 0 : 1), "first byte \(first)")
    }
  }

  @Test("depth and items are bounded")
  func limits() throws {
    let deep = MessageBytes([UInt8](repeating: 0x91, count: 16) + [0xc0])
    let deeper = MessageBytes([UInt8](repeating: 0x91, count: 17) + [0xc0])
    _ = try MessagePackValue(unpacking: deep)
    var error = #expect(throws: MessagePackError.self) { try MessagePackValue(unpacking: deeper) }
    #expect(error?.code == .limitExceeded)
    let deepest = MessagePackLimits(maxDepth: 30, maxItems: 31)
    let nested = [UInt8](repeating: 0x91, count: 30)
    _ = try MessagePackValue(unpacking: MessageBytes(nested + [0xc0]), limits: deepest)

    error = #expect(throws: MessagePackError.self) {
      try MessagePackValue(unpacking: MessageBytes(nested + [0x91, 0xc0]), limits: deepest)
    }
    #expect(error?.code == .limitExceeded)
    let many = try MessagePackWriter.pack([Int](repeating: 0, count: 100))
    _ = try MessagePackValue(unpacking: many, limits: MessagePackLimits(maxItems: 101))
    error = #expect(throws: MessagePackError.self) {
      try MessagePackValue(unpacking: many, limits: MessagePackLimits(maxItems: 100))
    }
    #expect(error?.code == .limitExceeded)
  }
}
