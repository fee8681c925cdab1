import FoundationEssentials
import MeshSecurity

/// The keys that are let in, for programs.
struct KeyListing: Encodable {
  private struct Entry: Encodable {
    let name: String
    let role: String
    let publicKey: String

    enum CodingKeys: String, CodingKey {
      case name, role
      case publicKey = "public_key"
    }
  }

  private let entries: [Entry]

  init(_ keys: [AuthorizedKeys.Entry]) {
    entries = keys.map {
      Entry(name: $0.name, role: $0.role.rawValue, publicKey: "\($0.key)")
    }
  }

  func encode(to encoder: any Encoder) throws { try entries.encode(to: encoder) }

  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }
}
