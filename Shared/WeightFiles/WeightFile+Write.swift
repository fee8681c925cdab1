public import Tensor

extension WeightFile {
  /// Writes tensors and metadata as a safetensors file, complete or not at all.
  ///
  /// The same tensors and metadata always give the same bytes: wider elements come first, so that
  /// each tensor is aligned, then names in order.
  ///
  /// - Throws: ``WeightFileError`` `unwritable`; what was at `path` before is still there.
  public static func write(
    _ tensors: [String: Tensor], metadata: [String: String] = [:], to path: String
  ) throws(WeightFileError) {
    let entries = tensors.sorted {
      (-$0.value.elementType.byteCount, $0.key) < (-$1.value.elementType.byteCount, $1.key)
    }
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(json($0)):\(json($1))" }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for (name, tensor) in entries {
      let end = offset + tensor.bytes.byteCount
      let shape = tensor.shape.dimensions.map(String.init).joined(separator: ",")
      let type = StoredType(tensor.elementType).rawValue
      members.append(
        "\(json(name)):{\"dtype\":\"\(type)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = Array("{\(members.joined(separator: ","))}".utf8)
    let lengthBytes = 8
    while (lengthBytes + header.count) % AlignedBuffer.alignment != 0 {
      header.append(UInt8(ascii: " "))
    }
    let length = (0..<lengthBytes).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }

    let file = try AtomicFile(path)
    try unsafe file.write(length.span.bytes)
    try unsafe file.write(header.span.bytes)
    for (_, tensor) in entries { try file.write(tensor.bytes) }
    try file.finish()
  }

  /// A JSON string (RFC 8259, section 7).
  private static func json(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
