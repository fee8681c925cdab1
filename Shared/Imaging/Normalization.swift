internal import CPixels
public import Tensor

/// How a byte of an image becomes a number that an encoder understands. Weights are worth nothing
/// under another normalisation than the one that they were trained with.
public enum Normalization: String, Sendable, CaseIterable, CustomStringConvertible {
  /// torchvision's models: (x/255 − mean) / deviation, with ImageNet's for each channel.
  case torchvision
  /// The course's text: the same mean and deviation, of x/127.5 − 1.
  case course
  /// EfficientNet-Lite: (x − 127) / 128.
  case efficientNetLite = "efficientnet-lite"
  /// TensorFlow's models: x/127.5 − 1.
  case tf

  private static let means: [Float] = [0.485, 0.456, 0.406]
  private static let deviations: [Float] = [0.229, 0.224, 0.225]

  /// The preset of that name, or nil.
  public init?(name: String) { self.init(rawValue: name) }

  /// The name under which the preset is stored and asked for.
  public var name: String { rawValue }
  public var description: String { rawValue }

  /// What `value` becomes in `channel` (0 red, 1 green, 2 blue), each step in single precision as
  /// NumPy and PyTorch do it.
  public func normalized(_ value: UInt8, channel: Int) -> Float {
    let value = Float(value)
    return switch self {
    case .torchvision: (value / 255 - Self.means[channel]) / Self.deviations[channel]
    case .course: (value / 127.5 - 1 - Self.means[channel]) / Self.deviations[channel]
    case .efficientNetLite: (value - 127) / 128
    case .tf: value / 127.5 - 1
    }
  }

  /// The image as float32 [3, height, width].
  public func normalized(_ image: Image) -> Tensor {
    Tensor([3, image.height, image.width], of: Float.self) { write(image, to: &$0, slot: 0) }
  }

  /// Writes the image's 3·height·width numbers, channel by channel, to their place in a batch
  /// [images, 3, height, width]. Traps when the batch has no such slot.
  public func write(_ image: Image, to batch: inout MutableSpan<Float>, slot: Int) {
    let count = image.height * image.width
    let start = slot * 3 * count
    precondition(slot >= 0 && start + 3 * count <= batch.count, "no slot \(slot) in the batch")
    let pixels = image.pixels.elements(as: UInt8.self)
    let table = table
    let numbers = table.span
    for pixel in 0..<count {
      batch[start + pixel] = numbers[Int(pixels[pixel * 3])]
      batch[start + count + pixel] = numbers[256 + Int(pixels[pixel * 3 + 1])]
      batch[start + 2 * count + pixel] = numbers[512 + Int(pixels[pixel * 3 + 2])]
    }
  }

  /// The same of the image with its columns brought to `height` pixels, in one pass.
  ///
  /// `planes` has 3·height·width numbers.
  func write(
    _ image: Image, resizedTo height: Int, to planes: UnsafeMutableBufferPointer<Float>
  ) {
    let width = image.width
    precondition(planes.count == 3 * height * width, "no room for 3×\(height)×\(width)")
    let axis = ResampleAxis(from: image.height, to: height)
    let source = image.pixels.elements(as: UInt8.self)
    unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: width * 3) { row in
      unsafe axis.withCAxis { axis in
        unsafe source.withUnsafeBufferPointer { source in
          unsafe cpixels_resample_columns_to_planes(
            source.baseAddress, width, axis, table, row.baseAddress, planes.baseAddress)
        }
      }
    }
  }

  /// What each byte becomes in each channel, float32 [3, 256]. With it an image's
  /// ``Image/planes`` say what its normalised tensor says, in a quarter of the room.
  public var levels: Tensor { Tensor([3, 256], table) }

  /// What each byte becomes, channel after channel.
  private var table: [Float] {
    (0..<3).flatMap { channel in (0...UInt8.max).map { normalized($0, channel: channel) } }
  }
}
