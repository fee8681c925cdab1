import Datasets
import Features
import Foundation
import Tensor
import Testing

@Suite("Feature cache")
struct FeatureCacheTests {
  private let identity = FeatureIdentity(
    encoder: "small", weightsHash: "abc", preprocessing: "rgb-2x2", gridHeight: 2, gridWidth: 3,
    channels: 5)
  private let folder = FileManager.default.temporaryDirectory.appending(
    path: "captionmesh-\(UUID().uuidString)")

  private func write(_ names: [String]) throws -> String {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let path = folder.appending(path: "features.h5").path
    let writer = try FeatureCacheWriter(path: path, names: names, identity: identity)
    for row in names.indices { try writer.append(map(row)) }
    #expect(!FileManager.default.fileExists(atPath: path), "not in place before it is whole")
    try writer.finish()
    return path
  }

  private func map(_ row: Int) -> Tensor {
    Tensor([6, 5], (0..<30).map { Float16(row * 100 + $0) })
  }

  @Test("what was written is read back, by name and row")
  func roundTrip() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let cache = try FeatureCache(path: try write(["a.jpg", "val/é.jpg"]))
    #expect(cache.identity == identity)
    #expect(cache.names == ["a.jpg", "val/é.jpg"])
    let row = try #require(cache.row(of: "val/é.jpg"))
    #expect(row == 1)
    #expect(try cache.features(row: row).array(of: Float16.self) == map(1).array(of: Float16.self))
    #expect(cache.row(of: "b.jpg") == nil)
    #expect(throws: DatasetError.self) { try cache.features(row: 2) }
  }

  @Test("a file cut short or not of this kind is refused, not crashed on")
  func damaged() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = try write(["a.jpg", "b.jpg"])
    let whole = try Data(contentsOf: URL(filePath: path))
    for length in [0, 10, 512, whole.count / 2, whole.count - 1] {
      try whole.prefix(length).write(to: URL(filePath: path))
      #expect(throws: DatasetError.self, "\(length) bytes") {
        let cache = try FeatureCache(path: path)
        for row in cache.names.indices { _ = try cache.features(row: row) }
      }
    }
    #expect { try FeatureCache(path: "/nonexistent/file.h5") } throws: {
      ($0 as? DatasetError)?.code == .unreadable
    }
  }

  @Test("a cache of more rows than one node of HDF5's tree has room for")
  func manyRows() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let names = (0..<5_000).map { "\($0).jpg" }
    let cache = try FeatureCache(path: try write(names))
    #expect(cache.names.count == 5_000)
    let last = try cache.features(row: 4_999).array(of: Float16.self)
    #expect(last == map(4_999).array(of: Float16.self))
  }

  @Test("an interrupted cache is gone on with, and not with another encoder's")
  func interrupted() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let path = folder.appending(path: "features.h5").path
    let names = (0..<5).map { "train:\($0)" }
    let killed = folder.appending(path: "killed.h5").path
    do {
      let writer = try FeatureCacheWriter(path: path, names: names, identity: identity)
      for row in 0..<3 { try writer.append(map(row)) }
      try writer.note()
      // Written, but not noted: what a process that dies leaves behind.
      try writer.append(map(9))
      try FileManager.default.copyItem(atPath: path + ".partial", toPath: killed + ".partial")
    }
    #expect { try FeatureCache(path: killed + ".partial") } throws: {
      "\($0)".contains("3 of its 5")
    }
    var other = identity
    other.weightsHash = "abd"
    #expect(
      try FeatureCacheWriter(path: path, names: names, identity: other).done == 0)
    let writer = try FeatureCacheWriter(path: killed, names: names, identity: identity)
    #expect(writer.done == 3)
    for row in 3..<5 { try writer.append(map(row)) }
    try writer.finish()
    let cache = try FeatureCache(path: killed)
    for row in names.indices {
      let same =
        try cache.features(row: row).array(of: Float16.self) == map(row).array(of: Float16.self)
      #expect(same, "row \(row)")
    }
    #expect { try cache.require(other) } throws: {
      ($0 as? DatasetError)?.code == .mismatch && "\($0)".contains("expected abd-")
        && "\($0)".contains("found abc-")
    }
    try cache.require(identity)
  }
}
