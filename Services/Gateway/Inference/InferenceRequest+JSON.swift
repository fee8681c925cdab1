extension InferenceRequest {
  /// The request's JSON.
  struct Body: Decodable {
    struct Input: Decodable {
      var name: String
      var shape: [Int]
      var datatype: String
      var parameters: [String: Parameter]?
      var data: TensorData?
    }

    struct Output: Decodable {
      var name: String
      var parameters: [String: Parameter]?
    }

    var id: String?
    var parameters: [String: Parameter]?
    var inputs: [Input]
    var outputs: [Output]?
  }

  /// A parameter's value; those that mean nothing here may be anything.
  enum Parameter: Decodable, Sendable {
    case boolean(Bool)
    case integer(Int)
    case other

    init(from decoder: any Decoder) throws {
      let container = try? decoder.singleValueContainer()
      if let value = try? container?.decode(Bool.self) {
        self = .boolean(value)
      } else if let value = try? container?.decode(Int.self) {
        self = .integer(value)
      } else {
        self = .other
      }
    }

    var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
    var integer: Int? { if case .integer(let value) = self { value } else { nil } }
  }

  /// A tensor of strings in JSON: flat, or a list in a list for each dimension.
  struct TensorData: Decodable {
    private static let maximumDepth = 4

    let texts: [String]

    init(from decoder: any Decoder) throws {
      var texts: [String] = []
      var container = try decoder.unkeyedContainer()
      try Self.read(&container, into: &texts, depth: 1)
      self.texts = texts
    }

    private static func read(
      _ container: inout any UnkeyedDecodingContainer, into texts: inout [String], depth: Int
    ) throws {
      while !container.isAtEnd {
        if let text = try? container.decode(String.self) {
          texts.append(text)
        } else {
          guard depth < maximumDepth else {
            throw DecodingError.dataCorruptedError(
              in: container, debugDescription: "too many dimensions")
          }
          var inner = try container.nestedUnkeyedContainer()
          try read(&inner, into: &texts, depth: depth + 1)
        }
      }
    }
  }
}
