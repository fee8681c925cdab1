internal import Tensor

/// JPEG files (ITU-T T.81) as libjpeg reads them.
enum JPEGFile {
  /// Decodes a whole file to RGB, whatever its colours are, to the size that `reduction` says.
  static func decode(
    _ bytes: RawSpan, name: String, reduction: Reduction = .none
  ) throws(ImagingError) -> Image {
    try unsafe bytes.withUnsafeBytes { bytes throws(ImagingError) in
      let decoder = try unsafe JPEGDecoder(bytes, name: name, reduction: reduction)
      let stored = StoredPixels(
        width: decoder.width, height: decoder.height, channels: decoder.channels)
      try unsafe stored.withUnsafeMutablePixels { pixels throws(ImagingError) in
        try unsafe decoder.read(rows: decoder.height, to: pixels)
      }
      return stored.image(fourth: .black)
    }
  }

  /// Decodes a whole file with its rows resampled to `target` pixels as they come, while they are in
  /// the processor's cache: what ``Image/resizedRows(to:)`` makes of ``decode(_:name:reduction:)``.
  static func decode(
    _ bytes: RawSpan, name: String, reduction: Reduction, rowsTo target: Int
  ) throws(ImagingError) -> Image {
    try unsafe bytes.withUnsafeBytes { bytes throws(ImagingError) in
      let decoder = try unsafe JPEGDecoder(bytes, name: name, reduction: reduction)
      if decoder.channels != 3 || decoder.width == target {
        let stored = StoredPixels(
          width: decoder.width, height: decoder.height, channels: decoder.channels)
        try unsafe stored.withUnsafeMutablePixels { pixels throws(ImagingError) in
          try unsafe decoder.read(rows: decoder.height, to: pixels)
        }
        return stored.image(fourth: .black).resizedRows(to: target)
      }
      return try strips(of: decoder, to: target)
    }
  }

  /// Rows of a strip, which with its resampled rows lies in the processor's fastest cache.
  private static let stripRows = 16

  private static func strips(
    of decoder: borrowing JPEGDecoder, to target: Int
  ) throws(ImagingError) -> Image {
    let (width, height) = (decoder.width, decoder.height)
    let resampler = RowResampler(from: width, to: target)
    // One byte more, since rows are read in whole registers.
    let strip = AlignedBuffer(unsafeUninitializedByteCount: stripRows * width * 3 + 1)
    return Image(
      pixels: try unsafe Tensor(unsafeUninitialized: [height, target, 3], of: UInt8.self) {
        pixels throws(ImagingError) in
        try unsafe strip.withUnsafeMutableBytes { strip throws(ImagingError) in
          let decoded = unsafe strip.assumingMemoryBound(to: UInt8.self).baseAddress!
          for first in stride(from: 0, to: height, by: stripRows) {
            let rows = min(stripRows, height - first)
            try unsafe decoder.read(rows: rows, to: decoded)
            unsafe resampler.resample(
              decoded, rows: rows, followed: true, to: pixels.baseAddress! + first * target * 3)
          }
        }
      })
  }

  /// The orientation that the first Exif segment tells.
  static func orientation(_ bytes: RawSpan) -> Orientation {
    let startOfScan = 0xDA
    let endOfImage = 0xD9
    let application1 = 0xE1
    let exif = Array("Exif\0\0".utf8)
    var offset = 2
    while let lead = bytes.byte(at: offset), lead == 0xFF, let code = bytes.byte(at: offset + 1) {
      let marker = Int(code)
      switch marker {
      case 0xFF:  // padding
        offset += 1
      case 0x01, 0xD0...0xD8:  // a marker without a segment
        offset += 2
      case startOfScan, endOfImage:
        return .upright
      default:
        guard let length = bytes.uint16(at: offset + 2, bigEndian: true), length >= 2,
          length <= bytes.byteCount - offset - 2
        else { return .upright }
        if marker == application1, length >= 2 + exif.count,
          bytes.starts(with: exif, at: offset + 4)
        {
          let segment = bytes.extracting((offset + 4 + exif.count)..<(offset + 2 + length))
          return Orientation(exif: segment)
        }
        offset += 2 + length
      }
    }
    return .upright
  }
}
