import Foundation

/// The files of Tests/Fixtures/Datasets, made by the script there, and folders to write to.
enum Fixtures {
  private static let tests = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let folder = tests.appending(path: "Fixtures/Datasets").path
  static let images = folder + "/images"
  static let karpathy = folder + "/dataset_tiny.json"
  static let prepared = folder + "/tiny"

  static func data(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }

  static func json<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: data("\(folder)/\(name)"))
  }

  /// Data that is given beside a checkout, if it is there.
  static let shared: String? = {
    let named = ProcessInfo.processInfo.environment["CAPTIONMESH_SHARED"]
    let beside = tests.deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "shared").path
    return [named ?? beside].first { FileManager.default.fileExists(atPath: $0) }
  }()
}

/// A folder that is gone when the test is.
final class TemporaryFolder: Sendable {
  let path = FileManager.default.temporaryDirectory.appending(
    path: "captionmesh-\(UUID().uuidString)"
  ).path

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and returns its path.
  func file(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
    return "\(path)/\(name)"
  }

  func contents(_ name: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(name)").sorted()
  }
}
