import Foundation
import Testing

@testable import Datasets

/// libhdf5 trusts what a file says; what it would read beyond its memory by is refused before.
@Suite("HDF5 files that are not what they say")
struct HDF5StructureTests {
  private let folder: TemporaryFolder
  private let path: String
  /// The images of prepared data, which were never written and have no place in the file.
  private let whole: [UInt8]

  init() throws {
    folder = try TemporaryFolder()
    path = "\(folder.path)/images.hdf5"
    do {
      let file = try HDF5File(path, .create)
      _ = try file.createDataset("images", .uint8, extents: [1, 3, 256, 256])
      try file.setAttribute("captions_per_image", 1)
    }
    whole = [UInt8](try Fixtures.data(path))
  }

  private func read(_ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(filePath: path))
    let file = try HDF5File(path, .read)
    _ = try file.integerAttribute("captions_per_image")
    let images = try file.dataset("images", .uint8)
    guard images.extents == [1, 3, 256, 256] else { return }
    var pixels = [UInt8](repeating: 1, count: 3 * 256 * 256)
    try unsafe pixels.withUnsafeMutableBytes { try unsafe images.read(0..<1, into: $0) }
  }

  @Test("a sound one")
  func sound() throws { try read(whole) }

  @Test("cut off anywhere")
  func cutOff() throws {
    for count in stride(from: 0, to: whole.count, by: 7) {
      #expect(throws: DatasetError.self, "\(count)") { try read(Array(whole.prefix(count))) }
    }
  }

  @Test("a byte changed anywhere", arguments: [0x00, 0x01, 0x7F, 0xFF] as [UInt8])
  func changed(value: UInt8) {
    for place in whole.indices {
      var bytes = whole
      bytes[place] = value
      try? read(bytes)
    }
  }

  @Test("an attribute whose name, type or extents are longer than it is", arguments: [2, 4, 6])
  func attribute(field: Int) throws {
    // A message of kind 12 stands 8 bytes before the attribute, whose name is padded to 24 bytes.
    let name = try #require(whole.firstRange(of: Array("captions_per_image\0".utf8)))
    var bytes = whole
    bytes[name.lowerBound - 8 + field] = 0xFF
    bytes[name.lowerBound - 7 + field] = 0xFF
    #expect(throws: DatasetError.self) { try read(bytes) }
  }

  @Test("a name that does not end")
  func name() throws {
    let heap = try #require(whole.firstRange(of: Array("images\0".utf8)))
    var bytes = whole
    // No byte 0 from the name to the end of the heap's 88 bytes, of which it stands at 8.
    for place in heap.upperBound - 1..<heap.lowerBound + 80 { bytes[place] = 0x61 }
    #expect(throws: DatasetError.self) { try read(bytes) }
  }

  @Test("what fuzzing found")
  func found() throws {
    let inputs = try FileManager.default.contentsOfDirectory(
      atPath: Fixtures.folder + "/damaged-hdf5")
    #expect(!inputs.isEmpty)
    for input in inputs {
      #expect(throws: DatasetError.self, "\(input)") {
        try read([UInt8](Fixtures.data("\(Fixtures.folder)/damaged-hdf5/\(input)")))
      }
    }
  }
}
