public import Features
import FoundationEssentials
public import Tensor

/// Writes a ``FeatureCache`` beside its place, row after row, and renames it there once it is
/// whole. One that was interrupted is gone on with.
public final class FeatureCacheWriter {
  /// Images between two notes of how far it is.
  private static let noteInterval = 256

  private let path: String
  private let partialPath: String
  private let file: HDF5File
  private let features: HDF5Dataset
  private let identity: FeatureIdentity
  private let rowCount: Int
  /// Images that are encoded; the next to write is this one.
  public private(set) var done: Int
  private var noted: Int

  /// - Throws: ``DatasetError`` when the file cannot be made.
  public init(
    path: String, names: [String], identity: FeatureIdentity
  ) throws(DatasetError) {
    self.path = path
    self.identity = identity
    rowCount = names.count
    partialPath = path + ".partial"
    if let (file, features, done) = Self.interrupted(partialPath, names, identity) {
      (self.file, self.features, self.done) = (file, features, done)
    } else {
      (file, features) = try Self.make(partialPath, names, identity)
      done = 0
    }
    noted = done
  }

  /// What an earlier run has left of the same images by the same encoder.
  private static func interrupted(
    _ path: String, _ names: [String], _ identity: FeatureIdentity
  ) -> (HDF5File, HDF5Dataset, done: Int)? {
    guard let done = try? FeatureCache.interrupted(path: path, names: names, identity: identity),
      let file = try? HDF5File(path, .update),
      let features = try? file.dataset("features", .float16)
    else { return nil }
    return (file, features, done)
  }

  private static func make(
    _ path: String, _ names: [String], _ identity: FeatureIdentity
  ) throws(DatasetError) -> (HDF5File, HDF5Dataset) {
    let needed = names.count * identity.cells * identity.channels * 2
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) }
    let available = try Storage.availableBytes(folder ?? ".")
    guard needed <= available else {
      throw DatasetError(
        .unwritable,
        "\(path): \(needed / 1_000_000) MB are needed, but only \(available / 1_000_000) MB are "
          + "free; make room or choose another place")
    }
    let file = try HDF5File(path, .create)
    try file.setAttribute("encoder", identity.encoder)
    try file.setAttribute("weights_hash", identity.weightsHash)
    try file.setAttribute("preprocessing", identity.preprocessing)
    try file.setAttribute("grid", "\(identity.gridHeight)x\(identity.gridWidth)")
    try file.setAttribute("rows", 0)
    guard let list = try? JSONEncoder().encode(names) else {
      throw DatasetError(.malformed, "\(path): the images' names are no text")
    }
    let nameSet = try file.createDataset("names", .uint8, extents: [list.count])
    let bytes = AlignedBuffer(byteCount: list.count)
    try unsafe bytes.withUnsafeMutableBytes { buffer throws(DatasetError) in
      unsafe buffer.copyBytes(from: list)
      try unsafe nameSet.write(0..<list.count, from: UnsafeRawBufferPointer(buffer))
    }
    let features = try file.createDataset(
      "features", .float16, extents: [names.count, identity.cells, identity.channels],
      chunk: [1, identity.cells, identity.channels])
    try file.flush()
    return (file, features)
  }

  /// Writes the next image's feature map, float16 [cells, channels].
  public func append(_ map: Tensor) throws(DatasetError) {
    precondition(
      map.elementType == .float16 && map.shape == [identity.cells, identity.channels],
      "\(map.elementType) \(map.shape)")
    try unsafe map.bytes.withUnsafeBytes { bytes throws(DatasetError) in
      try unsafe features.write(done..<done + 1, from: bytes)
    }
    done += 1
    if done - noted >= Self.noteInterval { try note() }
  }

  /// Notes how far it is, so that it goes on here if it is interrupted now.
  public func note() throws(DatasetError) {
    try file.flush()
    try Storage.synchronize(partialPath)
    try file.changeAttribute("rows", to: done)
    try file.flush()
    noted = done
  }

  /// Puts the finished file in its place.
  public func finish() throws(DatasetError) {
    precondition(done == rowCount, "\(done) of \(rowCount) rows are written")
    try note()
    try Storage.move(partialPath, to: path)
  }
}
