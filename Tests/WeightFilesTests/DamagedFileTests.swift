import Tensor
import Testing

@testable import WeightFiles

/// Whatever the bytes: an error or tensors that can be read, never a trap.
@Suite struct DamagedFileTests {
  private static let names = [
    "plain.zip.pth", "plain.legacy.pth", "checkpoint.zip.pth", "checkpoint.legacy.pth",
    "protocol4.zip.pth", "reference.safetensors",
  ]

  private func read(_ bytes: [UInt8]) {
    guard let file = try? WeightFile(path: "test", file: AlignedBuffer(bytes)) else { return }
    for tensor in file.tensors.values {
      // Touches every byte.
      #expect(
        tensor.byteArray.count == tensor.shape.elementCount * tensor.elementType.byteCount)
    }
  }

  @Test(arguments: names)
  func cutOffAnywhere(name: String) throws {
    let bytes = try Fixture.bytes(name)
    for length in 1..<bytes.count {
      #expect(throws: WeightFileError.self, "\(length) of \(bytes.count) bytes") {
        try WeightFile(path: "test", file: AlignedBuffer(Array(bytes.prefix(length))))
      }
    }
  }

  @Test(arguments: names)
  func bytesChangedAnywhere(name: String) throws {
    let original = try Fixture.bytes(name)
    var random = SeededGenerator(state: 1)
    // Values that are bounds to something.
    let edges: [UInt8] = [0, 1, 0x28, 0x2e, 0x52, 0x7f, 0x80, 0xff]
    for _ in 0..<3000 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = bytes.indices.randomElement(using: &random)!
        bytes[place] =
          Bool.random(using: &random)
          ? edges.randomElement(using: &random)! : UInt8.random(in: 0...255, using: &random)
      }
      read(bytes)
    }
  }

  @Test(arguments: names)
  func piecesMovedAnywhere(name: String) throws {
    let original = try Fixture.bytes(name)
    var random = SeededGenerator(state: 2)
    for _ in 0..<1000 {
      var bytes = original
      let from = bytes.indices.randomElement(using: &random)!
      let piece = bytes[from..<min(from + Int.random(in: 1...64, using: &random), bytes.count)]
      let to = bytes.indices.randomElement(using: &random)!
      switch Int.random(in: 0..<3, using: &random) {
      case 0: bytes.insert(contentsOf: piece, at: to)
      case 1: bytes.removeSubrange(piece.indices)
      default: bytes.replaceSubrange(to..<min(to + piece.count, bytes.count), with: piece)
      }
      read(bytes)
    }
  }

  /// One long name, recalled for each of many dictionaries, whose names would be joined by dots.
  @Test func longNamesAreNotMultiplied() {
    let name = [UInt8](repeating: 0x61, count: 1 << 20)
    let protocol2: [UInt8] = [0x80, 2]
    var bytes = PyTorchFile.legacyPrefix + protocol2 + [0x4d, 0xe9, 3, 0x2e]
    bytes += protocol2 + [0x7d, 0x58, 13, 0, 0, 0] + Array("little_endian".utf8)
    bytes += [0x88, 0x73, 0x2e]
    // A dictionary; the name, put into the memo and dropped; then the name and a dictionary each.
    bytes += protocol2 + [0x7d, 0x58, 0, 0, 0x10, 0] + name + [0x71, 0, 0x30]
    for _ in 0..<100 { bytes += [0x68, 0, 0x7d, 0x73] }
    bytes += [0x2e] + protocol2 + [0x5d, 0x2e]
    let error = #expect(throws: WeightFileError.self) {
      try WeightFile(path: "test", file: AlignedBuffer(bytes))
    }
    #expect(error?.code == .tooLarge)
  }

  @Test func noise() {
    var random = SeededGenerator(state: 3)
    let beginnings: [[UInt8]] = [
      [0x50, 0x4b, 3, 4], PyTorchFile.legacyPrefix, [40, 0, 0, 0, 0, 0, 0, 0, 0x7b], [],
    ]
    for round in 0..<2000 {
      let count = Int.random(in: 1...200, using: &random)
      read(
        beginnings[round % beginnings.count]
          + (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
  }
}
