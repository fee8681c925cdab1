internal import CJPEG
internal import Tensor

extension Image {
  /// The image as a baseline JPEG file; `quality` is libjpeg's, 1 to 100.
  ///
  /// - Throws: ``ImagingError`` with code `tooLarge` where a side is beyond JPEG's limit or no
  ///   memory is left.
  public func jpeg(quality: Int = 85) throws(ImagingError) -> [UInt8] {
    let elements = pixels.elements(as: UInt8.self)
    let encoder = unsafe elements.withUnsafeBufferPointer { elements in
      unsafe cjpeg_encode(elements.baseAddress, UInt32(width), UInt32(height), Int32(quality))
    }
    guard let encoder = unsafe encoder else {
      throw ImagingError(
        .tooLarge, name: "\(width)×\(height) pixels",
        "cannot be encoded as JPEG; scale the image down")
    }
    defer { unsafe cjpeg_encoder_close(encoder) }
    return unsafe Array(
      UnsafeBufferPointer(
        start: cjpeg_encoded_bytes(encoder), count: cjpeg_encoded_count(encoder)))
  }
}
