/// Any value of a JSON file whose keys are not known beforehand.
enum JSONValue: Sendable, Equatable, Decodable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// The value for people.
  var text: String {
    switch self {
    case .null: "–"
    case .bool(let value): value ? "yes" : "no"
    case .number(let value):
      value == value.rounded() && value.magnitude < 1e15 ? "\(Int(value))" : "\(value)"
    case .string(let value): value
    case .array(let values): values.map(\.text).joined(separator: ", ")
    case .object(let values):
      values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.text)" }
        .joined(separator: ", ")
    }
  }

  /// All values that are not objects, by their path, as `pass.dropout`.
  func flattened(_ prefix: String) -> [String: String] {
    guard case .object(let values) = self else { return [prefix: text] }
    var result: [String: String] = [:]
    for (key, value) in values {
      result.merge(value.flattened(prefix.isEmpty ? key : "\(prefix).\(key)")) { first, _ in first }
    }
    return result
  }
}
