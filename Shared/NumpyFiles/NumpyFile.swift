internal import FoundationEssentials
public import Tensor

/// Tensors as NumPy's `.npy` files, version 1.0: C order, little-endian.
public enum NumpyFile {
  /// The file's bytes, the same as `numpy.save` writes.
  public static func encode(_ tensor: Tensor) -> [UInt8] {
    var bytes = NumpyHeader(elementType: tensor.elementType, shape: tensor.shape).bytes
    unsafe tensor.bytes.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    return bytes
  }

  /// Reads a file's bytes, which may come from anywhere. `name` is what messages call the file.
  ///
  /// Throws ``NumpyFileError`` where the bytes are not exactly one array of one of the types of
  /// `ElementType` in C order. Nothing is allocated before the sizes are checked.
  public static func decode(_ bytes: RawSpan, name: String) throws(NumpyFileError) -> Tensor {
    let (header, offset) = try NumpyHeader.parse(
      unsafe bytes._unsafeView(as: UInt8.self), name: name)
    let data = bytes.extracting(offset..<bytes.byteCount)
    guard let tensor = Tensor(copying: data, shape: header.shape, elementType: header.elementType)
    else {
      throw NumpyFileError(
        .malformed, name: name,
        "the .npy file holds \(data.byteCount) bytes of numbers, not those of "
          + "\(header.elementType) \(header.shape); copy it again from its source")
    }
    return tensor
  }

  /// Reads the file at `path`. Throws ``NumpyFileError``.
  public static func read(_ path: String) throws(NumpyFileError) -> Tensor {
    let data: Data
    do {
      data = try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
    } catch {
      throw NumpyFileError(.unreadable, name: path, "the file cannot be read: \(error)")
    }
    return try decode(data.bytes, name: path)
  }

  /// Writes the file at `path`, which appears there only once it is complete.
  /// Throws ``NumpyFileError``.
  public static func write(_ tensor: Tensor, to path: String) throws(NumpyFileError) {
    let header = NumpyHeader(elementType: tensor.elementType, shape: tensor.shape).bytes
    let file = try PartialFile(path)
    try file.write(unsafe header.span.bytes)
    try file.write(tensor.bytes)
    try file.complete()
  }
}
