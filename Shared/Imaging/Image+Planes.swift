public import Tensor

extension Image {
  /// The pixels with each colour by itself, uint8 [3, height, width]: what prepared data sets hold.
  public var planes: Tensor {
    let count = width * height
    let source = pixels.elements(as: UInt8.self)
    return Tensor([3, height, width], of: UInt8.self) { target in
      for channel in 0..<3 {
        for pixel in 0..<count { target[channel * count + pixel] = source[pixel * 3 + channel] }
      }
    }
  }
}
