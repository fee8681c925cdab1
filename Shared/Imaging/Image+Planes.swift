internal import CPixels
public import Tensor

extension Image {
  /// Takes ``planes``; traps on anything but uint8 [3, height, width] with at least one pixel.
  public init(planes: Tensor) {
    precondition(
      planes.elementType == .uint8 && planes.shape.rank == 3 && planes.shape[0] == 3,
      "\(planes.elementType) \(planes.shape) is not an image's planes")
    let (height, width) = (planes.shape[1], planes.shape[2])
    let source = planes.elements(as: UInt8.self)
    self.init(
      pixels: Tensor([height, width, 3], of: UInt8.self) { target in
        for channel in 0..<3 {
          for pixel in 0..<height * width {
            target[pixel * 3 + channel] = source[channel * height * width + pixel]
          }
        }
      })
  }

  /// The pixels with each colour by itself, uint8 [3, height, width]: what prepared data sets hold.
  public var planes: Tensor {
    let count = width * height
    let source = pixels.elements(as: UInt8.self)
    return unsafe Tensor(unsafeUninitialized: [3, height, width], of: UInt8.self) { planes in
      unsafe source.withUnsafeBufferPointer { source in
        unsafe cpixels_split_planes(source.baseAddress, count, planes.baseAddress)
      }
    }
  }
}
