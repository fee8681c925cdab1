public import Features
import FoundationEssentials
import Glibc
public import Tensor

/// The feature maps of a list of images in one HDF5 file, encoded once and read many times.
///
/// Layout: dataset `/features`, float16 [images, cells, channels], one chunk an image; dataset
/// `/names`, the file names as a JSON array in UTF-8 bytes; root attributes `encoder`,
/// `weights_hash`, `preprocessing` and `grid` (such as `8x8`).
public final class FeatureCache: Sendable {
  public let identity: FeatureIdentity
  /// The images' file names, in the order of the rows.
  public let names: [String]
  private let rows: [String: Int]
  private let features: HDF5Dataset

  /// Opens a cache and checks that it is whole.
  ///
  /// - Throws: ``DatasetError``.
  public init(path: String) throws(DatasetError) {
    let file = try HDF5File(path, .read)
    let grid = try file.attribute("grid").split(separator: "x").compactMap { Int($0) }
    features = try file.dataset("features", .float16)
    let extents = features.extents
    guard extents.count == 3, grid.count == 2, grid[0] > 0, grid[1] > 0,
      grid[0].multipliedReportingOverflow(by: grid[1]).partialValue == extents[1], extents[2] > 0
    else { throw DatasetError(.malformed, "\(path): extents \(extents) do not fit grid \(grid)") }
    identity = FeatureIdentity(
      encoder: try file.attribute("encoder"), weightsHash: try file.attribute("weights_hash"),
      preprocessing: try file.attribute("preprocessing"), gridHeight: grid[0], gridWidth: grid[1],
      channels: extents[2])

    let list = try file.dataset("names", .uint8)
    guard list.extents.count == 1, list.extents[0] < 1 << 30 else {
      throw DatasetError(.malformed, "\(path): /names has extents \(list.extents)")
    }
    let bytes = AlignedBuffer(byteCount: list.extents[0])
    try unsafe bytes.withUnsafeMutableBytes { buffer throws(DatasetError) in
      try unsafe list.read(0..<buffer.count, into: buffer)
    }
    let json = unsafe bytes.withUnsafeBytes { unsafe Data($0) }
    guard let names = try? JSONDecoder().decode([String].self, from: json),
      names.count == extents[0]
    else { throw DatasetError(.malformed, "\(path): /names is no list of \(extents[0]) names") }
    self.names = names
    self.rows = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
  }

  /// The row of an image, or nil when the cache does not have it.
  public func row(of name: String) -> Int? { rows[name] }

  /// The feature map of one row: float16 [cells, channels].
  public func features(row: Int) throws(DatasetError) -> Tensor {
    let shape: Shape = [identity.cells, identity.channels]
    let buffer = AlignedBuffer(byteCount: shape.elementCount * 2)
    try unsafe buffer.withUnsafeMutableBytes { bytes throws(DatasetError) in
      try unsafe features.read(row..<row + 1, into: bytes)
    }
    return Tensor(viewing: buffer, shape: shape, elementType: .float16)!
  }
}

/// Writes a ``FeatureCache`` beside its place and renames it there once it is whole.
public final class FeatureCacheWriter {
  private let path: String
  private let partialPath: String
  private let file: HDF5File
  private let features: HDF5Dataset
  private let identity: FeatureIdentity

  /// - Throws: ``DatasetError`` when the file cannot be made.
  public init(
    path: String, names: [String], identity: FeatureIdentity
  ) throws(DatasetError) {
    self.path = path
    self.identity = identity
    partialPath = path + ".partial"
    file = try HDF5File(partialPath, .create)
    try file.setAttribute("encoder", identity.encoder)
    try file.setAttribute("weights_hash", identity.weightsHash)
    try file.setAttribute("preprocessing", identity.preprocessing)
    try file.setAttribute("grid", "\(identity.gridHeight)x\(identity.gridWidth)")
    guard let list = try? JSONEncoder().encode(names) else {
      throw DatasetError(.malformed, "\(path): the images' names are no text")
    }
    let nameSet = try file.createDataset("names", .uint8, extents: [list.count])
    let bytes = AlignedBuffer(byteCount: list.count)
    try unsafe bytes.withUnsafeMutableBytes { buffer throws(DatasetError) in
      unsafe buffer.copyBytes(from: list)
      try unsafe nameSet.write(0..<list.count, from: UnsafeRawBufferPointer(buffer))
    }
    features = try file.createDataset(
      "features", .float16, extents: [names.count, identity.cells, identity.channels],
      chunk: [1, identity.cells, identity.channels])
  }

  /// Writes one image's feature map, float16 [cells, channels].
  public func write(_ map: Tensor, row: Int) throws(DatasetError) {
    precondition(
      map.elementType == .float16 && map.shape == [identity.cells, identity.channels],
      "\(map.elementType) \(map.shape)")
    try unsafe map.bytes.withUnsafeBytes { bytes throws(DatasetError) in
      try unsafe features.write(row..<row + 1, from: bytes)
    }
  }

  /// Puts the finished file in its place.
  public func finish() throws(DatasetError) {
    try file.flush()
    if unsafe rename(partialPath, path) != 0 {
      throw DatasetError(.unwritable, "\(path): cannot be put in place; is the folder writable?")
    }
  }
}
