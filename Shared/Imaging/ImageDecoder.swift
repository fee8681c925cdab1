/// Turns the bytes of a JPEG or PNG file into 8-bit RGB.
///
/// The pixels are those of Pillow's `Image.open(file).convert("RGB")`: gray is replicated, CMYK
/// and YCCK are converted as Pillow does. Where that loses what the file shows ``serving`` differs:
/// transparent pixels are laid on white. 16-bit gray keeps its upper 8 bits.
public struct ImageDecoder: Sendable {
  /// What to do with a camera's note of how it was held.
  public enum OrientationPolicy: Sendable {
    /// Turn the image upright.
    case apply
    /// Leave the pixels as they are stored.
    case ignore
  }

  /// What to do with opacity.
  public enum TransparencyPolicy: Sendable {
    /// Lay the image on white paper.
    case layOnWhite
    /// Take the colours as if all were opaque.
    case ignore
  }

  /// How much of a photograph to decode that is to be made smaller afterwards.
  public enum Detail: Sendable {
    /// All of it.
    case full
    /// A half, a quarter or an eighth of a JPEG file's extents where that is still larger than what
    /// is asked for: faster, but not Pillow’s pixels. A byte of the result differs by 1 or 2 in the
    /// mean.
    case enough
  }

  /// For photographs to be captioned: upright, and on white where they are transparent.
  public static let serving = ImageDecoder(orientation: .apply, transparency: .layOnWhite)

  /// For preparing a data set: as stored, as the programs that made such files do.
  public static let preparing = ImageDecoder(orientation: .ignore, transparency: .ignore)

  /// The most pixels that are decoded: 50 megapixels, 150 MB.
  public static let maximumPixelCount = 50_000_000

  /// The longest side that is decoded, which is JPEG's own limit.
  public static let maximumExtent = 65_535

  public var orientation: OrientationPolicy
  public var transparency: TransparencyPolicy
  public var detail: Detail

  public init(
    orientation: OrientationPolicy, transparency: TransparencyPolicy, detail: Detail = .full
  ) {
    self.orientation = orientation
    self.transparency = transparency
    self.detail = detail
  }

  /// Decodes a whole file. `name` is what messages call it.
  ///
  /// Throws ``ImagingError`` for anything but a complete and sound file within the limits, which
  /// are applied to the header, before pixels are allocated or decoded.
  public func decode(_ bytes: RawSpan, name: String) throws(ImagingError) -> Image {
    let image: Image
    let stored: Orientation
    switch try ImageFormat(of: bytes, name: name) {
    case .jpeg:
      image = try JPEGFile.decode(bytes, name: name)
      stored = orientation == .apply ? JPEGFile.orientation(bytes) : .upright
    case .png:
      image = try PNGFile.decode(bytes, name: name, transparency)
      stored = orientation == .apply ? PNGFile.orientation(bytes) : .upright
    }
    return image.turned(from: stored)
  }

  /// Decodes a whole file that will be made width·height pixels, and brings its rows to `width`
  /// pixels; its columns are still to do. What ``Image/resizedRows(to:)`` makes of
  /// ``decode(_:name:)``, except that ``detail`` counts.
  func decode(
    _ bytes: RawSpan, name: String, rowsTo width: Int, columnsTo height: Int
  ) throws(ImagingError) -> Image {
    guard case .jpeg = try ImageFormat(of: bytes, name: name) else {
      return try decode(bytes, name: name).resizedRows(to: width)
    }
    let stored = orientation == .apply ? JPEGFile.orientation(bytes) : .upright
    let (columns, rows) = stored.swapsAxes ? (height, width) : (width, height)
    let reduction: JPEGFile.Reduction =
      switch detail {
      case .full: .none
      case .enough: .above(width: columns, height: rows)
      }
    if stored == .upright {
      return try JPEGFile.decode(bytes, name: name, reduction: reduction, rowsTo: width)
    }
    return try JPEGFile.decode(bytes, name: name, reduction: reduction)
      .turned(from: stored).resizedRows(to: width)
  }

  /// Refuses dimensions beyond the limits.
  static func check(width: Int, height: Int, name: String) throws(ImagingError) {
    let count = width.multipliedReportingOverflow(by: height)
    if width > maximumExtent || height > maximumExtent || count.overflow
      || count.partialValue > maximumPixelCount
    {
      throw ImagingError(
        .tooLarge, name: name,
        "\(width)×\(height) pixels are over the limit of \(maximumPixelCount / 1_000_000) "
          + "megapixels and \(maximumExtent) pixels a side; scale it down")
    }
  }
}
