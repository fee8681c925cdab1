public import Tensor

/// Writes an array that is too large for memory, or whose length is not known beforehand, item by
/// item along its first axis.
///
/// The file appears in ``finish()``; if the writer goes before that, nothing is left behind.
public struct NumpyFileWriter: ~Copyable {
  private let itemShape: Shape
  private let elementType: ElementType
  private let file: PartialFile
  private var count = 0

  /// Starts on the file at `path`, an array of items of the given shape and type.
  /// Throws ``NumpyFileError`` where the file cannot be made.
  public init(
    _ path: String, itemShape: Shape, elementType: ElementType
  ) throws(NumpyFileError) {
    self.file = try Self.start(path, itemShape: itemShape, elementType: elementType)
    self.itemShape = itemShape
    self.elementType = elementType
  }

  /// Adds one item. Traps when its shape or type is another than was promised.
  /// Throws ``NumpyFileError`` where the disk is full.
  public mutating func append(_ item: Tensor) throws(NumpyFileError) {
    precondition(
      item.shape == itemShape && item.elementType == elementType,
      "\(item.elementType) \(item.shape) is not \(elementType) \(itemShape)")
    try file.write(item.bytes)
    count += 1
  }

  /// Completes the file: an array of shape [items, item's shape…].
  /// Throws ``NumpyFileError`` where the disk is full or the place cannot be written to.
  public consuming func finish() throws(NumpyFileError) {
    try file.rewind()
    // The header has room for any count, so that it is as long as before.
    try Self.writeHeader(to: file, itemShape: itemShape, elementType: elementType, count: count)
    try file.complete()
  }

  /// Makes the file, with a header that holds the place of the last one.
  private static func start(
    _ path: String, itemShape: Shape, elementType: ElementType
  ) throws(NumpyFileError) -> PartialFile {
    let file = try PartialFile(path)
    try writeHeader(to: file, itemShape: itemShape, elementType: elementType, count: 0)
    return file
  }

  private static func writeHeader(
    to file: borrowing PartialFile, itemShape: Shape, elementType: ElementType, count: Int
  ) throws(NumpyFileError) {
    let shape = Shape([count] + itemShape.dimensions)
    let header = NumpyHeader(elementType: elementType, shape: shape).bytes
    try file.write(unsafe header.span.bytes)
  }
}
