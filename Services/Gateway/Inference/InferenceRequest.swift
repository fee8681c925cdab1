import FoundationEssentials
import MeshAPI

/// An inference request of the Open Inference Protocol (v2), with Triton's extension for binary
/// tensors.
struct InferenceRequest: Sendable {
  /// The name of the one input, BYTES [N]: image files.
  static let input = "IMAGE"

  enum Output: String, CaseIterable, Sendable {
    /// BYTES [N]: the sentences.
    case caption = "CAPTION"
    /// FP32 [N]: the natural logarithms of the sentences' probabilities.
    case score = "SCORE"
  }

  let id: String?
  /// Where the photographs lie in the body, or, out of JSON, what base64 gave.
  let photographs: [Photograph]
  /// What is wanted, and whether as binary.
  let outputs: [(output: Output, isBinary: Bool)]
  let timeout: Duration?
  let priority: UInt64
  let options: DecodeOptions

  enum Photograph: Equatable, Sendable {
    case part(Range<Int>)
    case bytes([UInt8])
  }

  /// - Parameters:
  ///   - headerLength: the bytes of JSON, where tensors follow (`Inference-Header-Content-Length`).
  ///   - limit: of photographs.
  /// - Throws: ``Problem`` with 400.
  init(_ body: [UInt8], headerLength: Int?, limit: Int) throws(Problem) {
    let length = headerLength ?? body.count
    guard (0...body.count).contains(length) else {
      throw .badRequest(
        "Inference-Header-Content-Length \(length) is more than the body has, \(body.count)")
    }
    let json: Body
    do {
      json = try JSONDecoder().decode(Body.self, from: Data(body[..<length]))
    } catch {
      throw .badRequest("the request is not the JSON of an inference request")
    }
    id = json.id
    guard json.inputs.count == 1, let input = json.inputs.first, input.name == Self.input else {
      throw .badRequest("expected the one input \(Self.input)")
    }
    guard input.datatype == "BYTES" else {
      throw .badRequest("\(Self.input) is of BYTES, not of \(input.datatype)")
    }
    let count = try Self.elements(of: input.shape, limit: limit)
    if let size = input.parameters?["binary_data_size"]?.integer {
      guard input.data == nil else {
        throw .badRequest("data and binary_data_size exclude each other")
      }
      guard size == body.count - length else {
        throw .badRequest("binary_data_size is \(size), and \(body.count - length) bytes follow")
      }
      photographs = try Self.binary(body, from: length, count: count).map { .part($0) }
    } else {
      guard length == body.count else { throw .badRequest("bytes follow that no input has") }
      photographs = try Self.base64(input.data, count: count).map { .bytes($0) }
    }
    let parameters = json.parameters ?? [:]
    outputs = try Self.outputs(
      json.outputs, binaryByDefault: parameters["binary_data_output"]?.boolean ?? false)
    timeout = try Self.whole("timeout", parameters, 0...3_600_000_000).flatMap {
      $0 == 0 ? nil : .microseconds($0)
    }
    priority = CaptionParameters.priority(
      UInt64(try Self.whole("priority", parameters, 0...Int(UInt32.max)) ?? 0))
    options = DecodeOptions(
      beam: try Self.whole("beam", parameters, DecodeOptions.beams) ?? DecodeOptions().beam,
      maximumLength: try Self.whole("max_length", parameters, DecodeOptions.lengths))
  }

  /// Of [N], or [N, 1] as where the first dimension is a batch.
  private static func elements(of shape: [Int], limit: Int) throws(Problem) -> Int {
    guard shape.count == 1 || (shape.count == 2 && shape[1] == 1), (1...limit).contains(shape[0])
    else {
      throw .badRequest("\(Self.input) has the shape \(shape); expected [N], N from 1 to \(limit)")
    }
    return shape[0]
  }

  /// BYTES elements: each its length, 4 bytes, little-endian, and so many bytes.
  static func binary(
    _ body: [UInt8], from start: Int, count: Int
  ) throws(Problem) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var position = start
    while position < body.count {
      guard body.count - position >= 4, parts.count < count else {
        throw .badRequest("the binary tensor does not have \(count) elements")
      }
      let length = (0..<4).reduce(0) { $0 | Int(body[position + $1]) << (8 * $1) }
      position += 4
      guard length <= body.count - position else {
        throw .badRequest("an element of the binary tensor is longer than what follows")
      }
      parts.append(position..<position + length)
      position += length
    }
    guard parts.count == count else {
      throw .badRequest("the binary tensor has \(parts.count) elements, its shape \(count)")
    }
    return parts
  }

  /// Strings of base64, since JSON has no bytes.
  private static func base64(_ data: TensorData?, count: Int) throws(Problem) -> [[UInt8]] {
    guard let texts = data?.texts, texts.count == count else {
      throw .badRequest("data has to be \(count) strings of base64")
    }
    var photographs: [[UInt8]] = []
    for text in texts {
      guard let bytes = Data(base64Encoded: text) else {
        throw .badRequest("data has to be strings of base64; binary tensors need none")
      }
      photographs.append([UInt8](bytes))
    }
    return photographs
  }

  private static func outputs(
    _ wanted: [Body.Output]?, binaryByDefault: Bool
  ) throws(Problem) -> [(output: Output, isBinary: Bool)] {
    guard let wanted, !wanted.isEmpty else {
      return Output.allCases.map { ($0, binaryByDefault) }
    }
    var outputs: [(output: Output, isBinary: Bool)] = []
    for entry in wanted {
      guard let output = Output(rawValue: entry.name) else {
        throw .badRequest("there is no output “\(entry.name)”; there are CAPTION and SCORE")
      }
      guard !outputs.contains(where: { $0.output == output }) else {
        throw .badRequest("the output \(entry.name) comes twice")
      }
      guard entry.parameters?["classification"] == nil else {
        throw .badRequest("captions are no classification")
      }
      outputs.append((output, entry.parameters?["binary_data"]?.boolean ?? binaryByDefault))
    }
    return outputs
  }

  private static func whole(
    _ name: String, _ parameters: [String: Parameter], _ range: ClosedRange<Int>
  ) throws(Problem) -> Int? {
    guard let parameter = parameters[name] else { return nil }
    guard let value = parameter.integer, range.contains(value) else {
      throw .badRequest(
        "\(name) has to be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }
}
