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

  /// `promtool check metrics` of a text: its exit status and what it says. No thread waits for it.
  static func check(
    _ text: String, _ promtool: String
  ) async throws -> (status: Int32, said: String) {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (input, output) = (folder.appending(path: "input"), folder.appending(path: "output"))
    try Data(text.utf8).write(to: input)
    try Data().write(to: output)
    let process = Process()
    process.executableURL = URL(filePath: promtool)
    process.arguments = ["check", "metrics"]
    process.standardInput = try FileHandle(forReadingFrom: input)
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = process.standardOutput
    let (ended, end) = AsyncStream<Void>.makeStream()
    process.terminationHandler = { _ in end.finish() }
    try process.run()
    for await _ in ended {}
    return (process.terminationStatus, try String(contentsOf: output, encoding: .utf8))
  }
}
