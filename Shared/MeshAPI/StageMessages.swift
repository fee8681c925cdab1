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

/// What the load stage makes and the encode stage gets: a normalised image, float32 [3, rows,
/// columns].
public struct ImageTensor: MessagePackMessage {
  public var tensor: Tensor

  public init(_ tensor: Tensor) { self.tensor = tensor }

  /// - Throws: ``MessagePackError``; with code `invalidValue` for another shape or element type.
  public init(from map: MessagePackMap) throws(MessagePackError) {
    tensor = try map.decode("tensor")
    guard tensor.shape.rank == 3, tensor.shape[0] == 3, tensor.elementType == .float32 else {
      throw MessagePackError(
        code: .invalidValue,
        message: "\(tensor.elementType) \(tensor.shape) is not float32 3×rows×columns",
        keyPath: "tensor")
    }
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("tensor", tensor)
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
