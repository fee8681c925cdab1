import MeshAPI

/// What a request for captions asks for beside the photographs.
struct CaptionParameters: Equatable, Sendable {
  /// What is urgent without being said: after 1 to 9 and before 11.
  static let defaultPriority: UInt64 = 10
  static let timeouts = 1.0...3_600.0
  static let names = [
    "attention", "beam", "beams", "max_length", "model", "name", "priority", "timeout",
  ]

  var options = DecodeOptions()
  var model: String?
  /// Of a photograph that is the whole body.
  var name: String?
  var timeout: Duration?
  var priority = Self.defaultPriority

  /// - Throws: ``Problem`` with 400 for a name or value that cannot be, or a name that comes twice.
  init(_ pairs: [(name: String, value: String)]) throws(Problem) {
    var seen: Set<String> = []
    for (name, value) in pairs {
      guard seen.insert(name).inserted else { throw .badRequest("\(name) comes twice") }
      switch name {
      case "beam": options.beam = try Self.integer(name, value, DecodeOptions.beams)
      case "max_length":
        options.maximumLength = try Self.integer(name, value, DecodeOptions.lengths)
      case "attention": options.attention = try Self.boolean(name, value)
      case "beams": options.beams = try Self.boolean(name, value)
      case "model": model = value
      case "name": self.name = value
      case "priority":
        priority = Self.priority(UInt64(try Self.integer(name, value, 0...Int(UInt32.max))))
      case "timeout":
        guard let seconds = Double(value), Self.timeouts.contains(seconds) else {
          throw .badRequest("timeout has to be from 1 to 3600 seconds")
        }
        timeout = .seconds(seconds)
      default:
        throw .badRequest(
          "there is no parameter \(name); there are \(Self.names.joined(separator: ", "))")
      }
    }
  }

  /// 1 is the most urgent, and 0 leaves it to the gateway, as in Triton.
  static func priority(_ value: UInt64) -> UInt64 { value == 0 ? defaultPriority : value }

  private static func integer(
    _ name: String, _ value: String, _ range: ClosedRange<Int>
  ) throws(Problem) -> Int {
    guard let number = Int(value), range.contains(number) else {
      throw .badRequest(
        "\(name) has to be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  private static func boolean(_ name: String, _ value: String) throws(Problem) -> Bool {
    switch value {
    case "true", "1": return true
    case "false", "0": return false
    default: throw .badRequest("\(name) has to be true or false")
    }
  }
}
