import FoundationEssentials
import NumpyFiles
import Tensor
import Testing

@Suite("Arrays written item by item")
struct NumpyFileWriterTests {
  @Test("items become one array, as if written at once", arguments: [0, 1, 12])
  func items(count: Int) throws {
    try withPath { path in
      let all = (0..<(count * 6)).map { Float($0) / 7 }
      var writer = try NumpyFileWriter(path, itemShape: [2, 3], elementType: .float32)
      for index in 0..<count {
        try writer.append(Tensor([2, 3], Array(all[(index * 6)..<(index * 6 + 6)])))
      }
      #expect(!FileManager.default.fileExists(atPath: path))
      try writer.finish()
      let expected = NumpyFile.encode(Tensor([count, 2, 3], all))
      #expect([UInt8](try Data(contentsOf: URL(filePath: path))) == expected)
      #expect(!FileManager.default.fileExists(atPath: path + ".partial"))
    }
  }

  @Test("a writer that is dropped leaves the file before it alone")
  func dropped() throws {
    try withPath { path in
      try NumpyFile.write(Tensor([1], [7] as [UInt8]), to: path)
      do {
        var writer = try NumpyFileWriter(path, itemShape: [], elementType: .uint8)
        try writer.append(Tensor([], [1] as [UInt8]))
      }
      #expect(try NumpyFile.read(path).array(of: UInt8.self) == [7])
      #expect(!FileManager.default.fileExists(atPath: path + ".partial"))
    }
  }

  @Test("a place that cannot be written to is named")
  func unwritable() {
    let tensor = Tensor([1], [7] as [UInt8])
    let error = #expect(throws: NumpyFileError.self) {
      try NumpyFile.write(tensor, to: "/nowhere/grid.npy")
    }
    #expect(error?.code == .unwritable)
    #expect(error?.message.contains("/nowhere/grid.npy") == true)
  }

  @Test("a full disk is told", .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func fullDisk() throws {
    try withPath { path in
      // The bytes go beside the file first: make that place the disk that is always full.
      try FileManager.default.createSymbolicLink(
        atPath: path + ".partial", withDestinationPath: "/dev/full")
      let tensor = Tensor([4], [7, 8, 9, 10] as [UInt8])
      let error = #expect(throws: NumpyFileError.self) { try NumpyFile.write(tensor, to: path) }
      #expect(error?.code == .unwritable)
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }

  private func withPath(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "captionmesh-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.appending(path: "grid.npy").path)
  }
}
