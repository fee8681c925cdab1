import Features
import FoundationEssentials
import Tensor

extension FeatureCache {
  /// What a file says, whole or not.
  struct Contents {
    let identity: FeatureIdentity
    let names: [String]
    /// Images that are encoded.
    let rows: Int
    let features: HDF5Dataset

    /// Bounds far above every encoder's, so that no file makes one row's memory large.
    private static let maximumSide = 256
    private static let maximumChannels = 1 << 14

    /// - Throws: ``DatasetError``.
    init(path: String) throws(DatasetError) {
      let file = try HDF5File(path, .read)
      let grid = try file.attribute("grid").split(separator: "x").compactMap { Int($0) }
      features = try file.dataset("features", .float16)
      let extents = features.extents
      guard extents.count == 3, grid.count == 2, grid.allSatisfy((1...Self.maximumSide).contains),
        grid[0] * grid[1] == extents[1], (1...Self.maximumChannels).contains(extents[2])
      else { throw DatasetError(.malformed, "\(path): extents \(extents) do not fit grid \(grid)") }
      identity = FeatureIdentity(
        encoder: try file.attribute("encoder"), weightsHash: try file.attribute("weights_hash"),
        preprocessing: try file.attribute("preprocessing"), gridHeight: grid[0],
        gridWidth: grid[1], channels: extents[2])
      names = try Self.names(file)
      guard names.count == extents[0] else {
        throw DatasetError(.malformed, "\(path): /names is no list of \(extents[0]) names")
      }
      // Files of the first version, which were complete when they were in place, do not say it.
      rows = file.hasAttribute("rows") ? try file.integerAttribute("rows") : names.count
      guard (0...names.count).contains(rows) else {
        throw DatasetError(.malformed, "\(path): claims \(rows) of \(names.count) images")
      }
    }

    private static func names(_ file: HDF5File) throws(DatasetError) -> [String] {
      let list = try file.dataset("names", .uint8)
      // The names are stored as they are, so that they take no more bytes than the file has.
      guard list.extents.count == 1, list.extents[0] < 1 << 30,
        list.extents[0] <= Storage.byteCount(file.path)
      else {
        throw DatasetError(.malformed, "\(file.path): /names has extents \(list.extents)")
      }
      let bytes = AlignedBuffer(byteCount: list.extents[0])
      try unsafe bytes.withUnsafeMutableBytes { buffer throws(DatasetError) in
        try unsafe list.read(0..<buffer.count, into: buffer)
      }
      let json = unsafe bytes.withUnsafeBytes { unsafe Data($0) }
      guard let names = try? JSONDecoder().decode([String].self, from: json) else {
        throw DatasetError(.malformed, "\(file.path): /names is no list of names")
      }
      return names
    }
  }
}
