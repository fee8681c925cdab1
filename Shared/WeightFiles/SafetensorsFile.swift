internal import Tensor

/// Files in the safetensors format: 8 bytes with the header's length, the header, the tensors.
enum SafetensorsFile {
  private static let maximumHeaderLength = 100_000_000

  /// Whether a file begins as one of this format does.
  static func matches(_ buffer: AlignedBuffer) -> Bool {
    var reader = ByteReader(buffer, path: "")
    guard (try? reader.skip(8)) != nil else { return false }
    return (try? reader.byte()) == UInt8(ascii: "{")
  }

  static func read(
    _ buffer: AlignedBuffer, path: String
  ) throws(WeightFileError) -> (tensors: [String: Tensor], metadata: [String: String]) {
    var reader = ByteReader(buffer, path: path)
    let length = Int(clamping: try reader.integer(UInt64.self))
    guard length <= maximumHeaderLength else {
      throw reader.failure(.tooLarge, "claims a header of \(length) bytes")
    }
    let header = try SafetensorsHeader(
      ByteReader(buffer, path: path, range: try reader.skip(length)))
    let start = reader.position
    // The tensors cover the rest of the file, without gaps and without overlap.
    var covered = 0
    var tensors: [String: Tensor] = [:]
    let entries = header.entries.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    for entry in entries {
      guard entry.range.lowerBound == covered, entry.range.count <= reader.remaining - covered
      else {
        throw reader.failure(
          .malformed,
          "gives \(entry.name) the bytes \(entry.range) of \(reader.remaining), where \(covered) "
            + "should come next")
      }
      covered = entry.range.upperBound
      let view = StridedView(type: entry.type, contiguous: entry.shape)
      let range = (start + entry.range.lowerBound)..<(start + entry.range.upperBound)
      tensors[entry.name] = view.tensor(in: buffer, storage: range)
    }
    guard covered == reader.remaining else {
      throw reader.failure(
        .malformed, "holds \(reader.remaining) bytes of tensors; its header describes \(covered)")
    }
    return (tensors, header.metadata)
  }
}
