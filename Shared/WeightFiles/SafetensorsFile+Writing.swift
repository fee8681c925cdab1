internal import FoundationEssentials
public import Tensor

extension SafetensorsFile {
  /// Writes tensors and a `__metadata__` map of strings.
  ///
  /// The file is written beside its place, flushed to the disk and renamed, so that what was there
  /// stays whole until the new file is.
  ///
  /// - Throws: ``WeightFileError`` when the folder cannot be written to or the disk is full.
  public static func write(
    _ tensors: [String: Tensor], metadata: [String: String] = [:], to path: String
  ) throws(WeightFileError) {
    // Wide elements first, so that every tensor begins on a multiple of its element's size.
    let ordered = tensors.sorted {
      ($1.value.elementType.byteCount, $0.key) < ($0.value.elementType.byteCount, $1.key)
    }
    var fields: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map {
        "\(quoted($0.key)):\(quoted($0.value))"
      }
      fields.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for (name, tensor) in ordered {
      let end = offset + tensor.bytes.byteCount
      let type = StoredType(tensor.elementType)!.rawValue
      let shape = tensor.shape.dimensions.map(String.init).joined(separator: ",")
      fields.append(
        "\(quoted(name)):{\"dtype\":\"\(type)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = Array("{\(fields.joined(separator: ","))}".utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }

    try AtomicFile.write(to: path) { file throws(WeightFileError) in
      let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
      try unsafe file.append((length + header).span.bytes)
      for (_, tensor) in ordered { try file.append(tensor.bytes) }
    }
  }

  /// A JSON string.
  private static func quoted(_ text: String) -> String {
    // A string always encodes.
    String(decoding: try! JSONEncoder().encode(text), as: UTF8.self)
  }
}
