import Features
import Foundation
import Tensor
import Testing

@testable import Datasets

/// Small files that claim to hold much: HDF5 gives no place to what was never written.
@Suite("Feature caches that claim too much")
struct FeatureCacheClaimTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(grid: String, cells: Int, channels: Int, nameBytes: Int? = nil) throws
    -> String
  {
    let path = "\(folder.path)/features.h5"
    let file = try HDF5File(path, .create)
    for name in ["encoder", "weights_hash", "preprocessing"] { try file.setAttribute(name, "a") }
    try file.setAttribute("grid", grid)
    try file.setAttribute("rows", 1)
    let list = Array(#"["a"]"#.utf8)
    let names = try file.createDataset("names", .uint8, extents: [nameBytes ?? list.count])
    if nameBytes == nil {
      try unsafe list.withUnsafeBytes { try unsafe names.write(0..<5, from: $0) }
    }
    _ = try file.createDataset("features", .float16, extents: [1, cells, channels])
    return path
  }

  @Test("what was never written reads as zeros")
  func sound() throws {
    let cache = try FeatureCache(path: write(grid: "2x3", cells: 6, channels: 5))
    #expect(try cache.features(row: 0).shape == [6, 5])
  }

  @Test(
    "rows that do not fit in memory, and grids that no number holds",
    arguments: [
      ("2x3", 6, 1 << 40), ("1000000x1000000", 1_000_000_000_000, 1),
      ("4294967296x4294967296", 0, 5),
    ])
  func rows(grid: String, cells: Int, channels: Int) throws {
    let path = try write(grid: grid, cells: cells, channels: channels)
    #expect { try FeatureCache(path: path) } throws: {
      ($0 as? DatasetError)?.code == .malformed
    }
  }

  @Test("a list of names that is longer than the file", arguments: [1 << 20, 1 << 29, 1 << 40])
  func names(count: Int) throws {
    let path = try write(grid: "2x3", cells: 6, channels: 5, nameBytes: count)
    #expect { try FeatureCache(path: path) } throws: {
      ($0 as? DatasetError)?.code == .malformed
    }
  }
}
