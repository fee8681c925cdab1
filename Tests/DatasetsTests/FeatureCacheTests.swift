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
    for row in names.indices { try writer.write(map(row), row: row) }
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
}
