import Foundation

/// Reads what the scripts in Tests/Fixtures/Scoring made.
enum Fixture {
  static func decoded<Value: Decodable>(_ type: Value.Type, from name: String) throws -> Value {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = tests.appending(path: "Fixtures/Scoring/\(name)")
    return try JSONDecoder().decode(Value.self, from: Data(contentsOf: file))
  }
}
