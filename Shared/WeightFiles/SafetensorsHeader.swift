internal import Tensor

/// The JSON at the head of a safetensors file: one object whose members describe a tensor each,
/// and perhaps `__metadata__`, an object of strings.
///
/// The grammar is read as the format fixes it, so depth is bounded by construction; what JSON
/// would allow besides (other members, duplicate names, numbers that are not whole) is refused.
/// Format: https://github.com/huggingface/safetensors (README, "Format").
struct SafetensorsHeader {
  struct Entry {
    var name: String
    var type: StoredType
    var shape: Shape
    var range: Range<Int>
  }

  private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]

  init(_ reader: ByteReader) throws(WeightFileError) {
    var json = try JSONCursor(reader)
    var names: Set<String> = []
    var hasMetadata = false
    try json.members { json, name throws(WeightFileError) in
      if name == "__metadata__" {
        guard !hasMetadata else { throw json.failure("names __metadata__ twice") }
        hasMetadata = true
        try json.members { json, key throws(WeightFileError) in
          let value = try json.string()
          guard metadata.updateValue(value, forKey: key) == nil else {
            throw json.failure("names \(key) twice in its metadata")
          }
        }
      } else {
        guard names.insert(name).inserted else { throw json.failure("names \(name) twice") }
        entries.append(try Self.entry(name, &json))
      }
    }
    try json.finish()
  }

  private static func entry(
    _ name: String, _ json: inout JSONCursor
  ) throws(WeightFileError) -> Entry {
    var dtype: String?
    var extents: [Int]?
    var offsets: [Int]?
    try json.members { json, key throws(WeightFileError) in
      switch key {
      case "dtype" where dtype == nil: dtype = try json.string()
      case "shape" where extents == nil: extents = try json.integers()
      case "data_offsets" where offsets == nil: offsets = try json.integers()
      default: throw json.failure("says \(key) of \(name), which is unknown or said twice")
      }
    }
    guard let dtype, let extents, let offsets, offsets.count == 2 else {
      throw json.failure("does not say dtype, shape and data_offsets of \(name)")
    }
    guard let type = StoredType(rawValue: dtype) else {
      throw json.failure("holds \(name) as \(dtype), which is not read here", code: .unsupported)
    }
    guard extents.count <= StridedView.maximumRank, let shape = Shape(validating: extents) else {
      throw json.failure("gives \(name) the shape \(extents)")
    }
    let (byteCount, overflow) = shape.elementCount.multipliedReportingOverflow(by: type.byteCount)
    guard !overflow, offsets[0] <= offsets[1], offsets[1] - offsets[0] == byteCount else {
      throw json.failure("gives \(name) of \(dtype) \(extents) the bytes \(offsets)")
    }
    return Entry(name: name, type: type, shape: shape, range: offsets[0]..<offsets[1])
  }
}
