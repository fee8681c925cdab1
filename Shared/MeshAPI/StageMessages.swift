public import MessagePack
public import Tensor

/// What the load stage gets.
public struct LoadInput: MessagePackMessage {
  /// An image file's bytes.
  public var image: MessageBytes
  /// The file's name, for messages to people.
  public var name: String

  public init(image: MessageBytes, name: String) {
    self.image = image
    self.name = name
  }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    image = try map.decode("image")
    name = try map.decode("name")
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("image", image)
    map.encode("name", name)
  }
}

/// What the load stage makes and the encode stage gets: a normalised image.
///
/// Either the numbers themselves, or the image's bytes with the number that each of them stands for:
/// the same to the last bit, in a quarter of the room.
public struct ImageTensor: MessagePackMessage {
  /// [3, rows, columns], float32; or uint8, where there are ``levels``.
  public var tensor: Tensor
  /// The number of each byte in each channel, float32 [3, 256].
  public var levels: Tensor?

  public init(_ tensor: Tensor, levels: Tensor? = nil) {
    self.tensor = tensor
    self.levels = levels
  }

  /// - Throws: ``MessagePackError``; with code `invalidValue` for another shape or element type.
  public init(from map: MessagePackMap) throws(MessagePackError) {
    tensor = try map.decode("tensor")
    levels = try map.decodeIfPresent("levels")
    let elementType = levels == nil ? ElementType.float32 : .uint8
    guard tensor.shape.rank == 3, tensor.shape[0] == 3, tensor.elementType == elementType else {
      throw MessagePackError(
        code: .invalidValue,
        message: "\(tensor.elementType) \(tensor.shape) is not \(elementType) 3×rows×columns",
        keyPath: "tensor")
    }
    if let levels, levels.shape != [3, 256] || levels.elementType != .float32 {
      throw MessagePackError(
        code: .invalidValue,
        message: "\(levels.elementType) \(levels.shape) is not float32 3×256", keyPath: "levels")
    }
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("tensor", tensor)
    if let levels { map.encode("levels", levels) }
  }

  /// The numbers of images of one shape, float32 [images, 3, rows, columns].
  public static func batch(_ images: [ImageTensor]) -> Tensor {
    guard let shape = images.first?.tensor.shape else { preconditionFailure("a batch of nothing") }
    let count = shape.elementCount
    return unsafe Tensor(
      unsafeUninitialized: Shape([images.count] + shape.dimensions), of: Float.self
    ) { batch in
      for (index, image) in images.enumerated() {
        precondition(image.tensor.shape == shape, "\(image.tensor.shape) beside \(shape)")
        let numbers = unsafe batch[index * count..<(index + 1) * count]
        unsafe image.write(to: UnsafeMutableBufferPointer(rebasing: numbers))
      }
    }
  }

  private func write(to numbers: UnsafeMutableBufferPointer<Float>) {
    guard let levels else {
      unsafe tensor.bytes.withUnsafeBytes {
        unsafe UnsafeMutableRawBufferPointer(numbers).copyMemory(from: $0)
      }
      return
    }
    let plane = tensor.shape[1] * tensor.shape[2]
    unsafe tensor.elements(as: UInt8.self).withUnsafeBufferPointer { bytes in
      unsafe levels.elements(as: Float.self).withUnsafeBufferPointer { levels in
        for channel in 0..<3 {
          let own = unsafe levels.baseAddress! + channel * 256
          for index in channel * plane..<(channel + 1) * plane {
            unsafe numbers[index] = own[Int(bytes[index])]
          }
        }
      }
    }
  }
}

/// What the encode stage makes and the decode stage gets.
public struct FeatureGrid: MessagePackMessage {
  /// One row for each cell of the grid, row by row: float16 [cells, channels].
  public var features: Tensor
  public var grid: Grid

  public init(features: Tensor, grid: Grid) {
    self.features = features
    self.grid = grid
  }

  /// - Throws: ``MessagePackError``; with code `invalidValue` where shape, type and grid do not
  ///   agree.
  public init(from map: MessagePackMap) throws(MessagePackError) {
    features = try map.decode("features")
    grid = try map.decode("grid")
    guard features.shape.rank == 2, features.shape[0] == grid.rows * grid.columns,
      features.elementType == .float16
    else {
      throw MessagePackError(
        code: .invalidValue,
        message: "\(features.elementType) \(features.shape) is not float16 cells×channels of a "
          + "\(grid.rows)×\(grid.columns) grid", keyPath: "features")
    }
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("features", features)
    map.encode("grid", grid)
  }
}
