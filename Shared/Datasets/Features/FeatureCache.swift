public import Features
import FoundationEssentials
import Glibc
public import Tensor

/// The feature maps of a list of images in one HDF5 file, encoded once and read many times.
///
/// Layout: dataset `/features`, float16 [images, cells, channels], one chunk an image; dataset
/// `/names`, the file names as a JSON array in UTF-8 bytes; root attributes `encoder`,
/// `weights_hash`, `preprocessing`, `grid` (such as `8x8`) and `rows`, the images that are encoded.
public final class FeatureCache: Sendable {
  public let identity: FeatureIdentity
  public let path: String
  /// The images' file names, in the order of the rows.
  public let names: [String]
  private let rows: [String: Int]
  private let features: HDF5Dataset

  /// Opens a cache and checks that it is whole.
  ///
  /// - Throws: ``DatasetError``.
  public init(path: String) throws(DatasetError) {
    let contents = try Contents(path: path)
    guard contents.rows == contents.names.count else {
      throw DatasetError(
        .malformed,
        "\(path): has the features of \(contents.rows) of its \(contents.names.count) images; make "
          + "it again")
    }
    self.path = path
    identity = contents.identity
    names = contents.names
    features = contents.features
    rows = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
  }

  /// How many images of an interrupted cache are encoded; nil where it is of other images or of
  /// another encoder.
  static func interrupted(
    path: String, names: [String], identity: FeatureIdentity
  ) throws(DatasetError) -> Int? {
    let contents = try Contents(path: path)
    return contents.names == names && contents.identity.fingerprint == identity.fingerprint
      ? contents.rows : nil
  }

  /// Checks that the features are those of an encoder.
  ///
  /// - Throws: ``DatasetError`` `mismatch`, with what was expected and found.
  public func require(_ expected: FeatureIdentity) throws(DatasetError) {
    guard identity.fingerprint == expected.fingerprint else {
      throw DatasetError(
        .mismatch,
        "\(path): holds features of \(identity), not of \(expected): expected "
          + "\(expected.fingerprint), found \(identity.fingerprint); make another cache with "
          + "`captionmesh features`")
    }
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
