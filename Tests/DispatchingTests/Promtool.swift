import Foundation

/// Prometheus's own judge of expositions, where it is installed or Deploy/setup has fetched it.
enum Promtool {
  static let path: String? = {
    let environment = ProcessInfo.processInfo.environment
    let data = environment["XDG_DATA_HOME"] ?? "\(environment["HOME"] ?? "")/.local/share"
    let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
    return (folders + ["\(data)/captionmesh/bin"]).map { "\($0)/promtool" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// `promtool check metrics` of a text: its exit status and what it says.
  static func check(_ text: String, _ promtool: String) throws -> (status: Int32, said: String) {
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(filePath: promtool)
    process.arguments = ["check", "metrics"]
    process.standardInput = try FileHandle(forReadingFrom: file)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, said)
  }
}
