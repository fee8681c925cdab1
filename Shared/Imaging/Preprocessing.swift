public import Tensor

/// Everything between a file and an encoder's input. It travels with the weights, since an encoder
/// fed in another way than it was trained describes everything as the same blur.
public struct Preprocessing: Hashable, Sendable, CustomStringConvertible {
  /// How an image is brought to size.
  public enum Filter: String, Sendable, CaseIterable {
    /// Pillow's BILINEAR of the versions before 13, antialiased, on 8-bit values, rows first; the
    /// aspect ratio is not kept.
    case pillowBilinear = "pillow-bilinear"
  }

  /// The longest side that is asked for.
  public static let maximumExtent = 4096

  public let width: Int
  public let height: Int
  public let filter: Filter
  public let normalization: Normalization

  /// Traps on sizes below 1 or above ``maximumExtent``.
  public init(
    width: Int = 256, height: Int = 256, filter: Filter = .pillowBilinear,
    normalization: Normalization
  ) {
    let sizes = 1...Self.maximumExtent
    precondition(sizes.contains(width) && sizes.contains(height), "no size: \(width)×\(height)")
    self.width = width
    self.height = height
    self.filter = filter
    self.normalization = normalization
  }

  /// Reads what ``fingerprint`` wrote; nil for anything else.
  public init?(fingerprint: String) {
    for filter in Filter.allCases {
      for normalization in Normalization.allCases {
        let tail = "-\(filter.rawValue)-\(normalization.name)"
        guard fingerprint.hasPrefix("rgb-"), fingerprint.hasSuffix(tail) else { continue }
        let size = fingerprint.dropFirst(4).dropLast(tail.count).split(
          separator: "x", omittingEmptySubsequences: false)
        let sizes = 1...Self.maximumExtent
        guard size.count == 2, let width = Int(size[0]), let height = Int(size[1]),
          sizes.contains(width), sizes.contains(height)
        else { continue }
        self.init(width: width, height: height, filter: filter, normalization: normalization)
        if self.fingerprint == fingerprint { return }
      }
    }
    return nil
  }

  /// One word that is the same exactly where the numbers are, as
  /// `rgb-256x256-pillow-bilinear-efficientnet-lite`. Kept with weights and compared before use.
  public var fingerprint: String {
    "rgb-\(width)x\(height)-\(filter.rawValue)-\(normalization.name)"
  }

  public var description: String { fingerprint }

  /// The shape of one image's tensor: [3, height, width].
  public var shape: Shape { [3, height, width] }

  /// The image at size, as 8-bit RGB: what a prepared data set holds.
  public func resized(_ image: Image) -> Image {
    switch filter {
    case .pillowBilinear: image.resized(width: width, height: height)
    }
  }

  /// From a file's bytes to an encoder's input, float32 [3, height, width].
  ///
  /// `name` is what messages call the file. Throws ``ImagingError`` as ``ImageDecoder`` does.
  public func tensor(
    from bytes: RawSpan, name: String, decoder: ImageDecoder = .serving
  ) throws(ImagingError) -> Tensor {
    switch filter {
    case .pillowBilinear:
      let image = try decoder.decode(bytes, name: name, rowsTo: width, columnsTo: height)
      return unsafe Tensor(unsafeUninitialized: shape, of: Float.self) { planes in
        unsafe normalization.write(image, resizedTo: height, to: planes)
      }
    }
  }

  /// From a file's bytes to an image at size, uint8 [3, height, width]: with
  /// ``Normalization/levels``, which are to go with it, what
  /// ``tensor(from:name:decoder:)`` makes, in a quarter of the room.
  ///
  /// `name` is what messages call the file. Throws ``ImagingError`` as ``ImageDecoder`` does.
  public func planes(
    from bytes: RawSpan, name: String, decoder: ImageDecoder = .serving
  ) throws(ImagingError) -> Tensor {
    try resized(decoder.decode(bytes, name: name, rowsTo: width, columnsTo: height)).planes
  }

  /// From an image to an encoder's input, float32 [3, height, width].
  public func tensor(of image: Image) -> Tensor { normalization.normalized(resized(image)) }

  /// The same, to its place in a batch [images, 3, height, width], which is untouched when it
  /// throws.
  public func write(
    _ bytes: RawSpan, name: String, decoder: ImageDecoder = .serving,
    to batch: inout MutableSpan<Float>, slot: Int
  ) throws(ImagingError) {
    let (count, batchCount) = (shape.elementCount, batch.count)
    precondition(slot >= 0 && (slot + 1) * count <= batchCount, "no slot \(slot) in the batch")
    switch filter {
    case .pillowBilinear:
      let image = try decoder.decode(bytes, name: name, rowsTo: width, columnsTo: height)
      unsafe batch.withUnsafeMutableBufferPointer { batch in
        unsafe normalization.write(
          image, resizedTo: height,
          to: UnsafeMutableBufferPointer(rebasing: batch[slot * count..<(slot + 1) * count]))
      }
    }
  }
}
