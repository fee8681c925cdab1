import Foundation
import Testing

/// The built programs and the data that tests of whole processes use.
enum Programs {
  /// The folder of the programs: the one that `CAPTIONMESH_PROGRAMS` names, which is how Deploy/test
  /// has the release build tested that ships, or that of the test binary.
  static let folder: URL = {
    if let folder = ProcessInfo.processInfo.environment["CAPTIONMESH_PROGRAMS"] {
      return URL(filePath: folder)
    }
    let executable = try! FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(filePath: executable).deletingLastPathComponent()
  }()

  static let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Flickr8k, where it lies beside the checkout or where `CAPTIONMESH_SHARED` says.
  static let flickr8k: URL? = {
    let shared =
      ProcessInfo.processInfo.environment["CAPTIONMESH_SHARED"].map { URL(filePath: $0) }
      ?? repository.deletingLastPathComponent().appending(path: "shared")
    let folder = shared.appending(path: "flickr8k")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }()

  /// Whether Deploy/setup and Deploy/build have put the default encoder into the user's store, and
  /// the model is there to be served.
  static let canServe: Bool = {
    guard let run = try? Run("captionmesh", ["encoder", "list", "--json"]) else { return false }
    return run.status == 0 && run.output.contains("efficientnet-lite2")
  }()

  /// The Python that Deploy/setup has equipped with pyzmq, msgpack and msgpack-numpy.
  static let python: String = {
    let environment = ProcessInfo.processInfo.environment
    let data = environment["XDG_DATA_HOME"] ?? "\(environment["HOME"] ?? "")/.local/share"
    return "\(data)/captionmesh/python/bin/python3"
  }()

  /// The first photographs of Flickr8k in the order of their names.
  static func photographs(_ count: Int) throws -> [String] {
    let images = try #require(flickr8k).appending(path: "images").path
    return try FileManager.default.contentsOfDirectory(atPath: images).sorted().prefix(count)
      .map { "\(images)/\($0)" }
  }
}

/// One finished run of a program.
struct Run {
  let status: Int32
  let output: String
  let errors: String

  /// Runs a program of this package, or any by its path, to its end.
  init(
    _ program: String, _ arguments: [String], environment: [String: String] = [:],
    input: String = ""
  ) throws {
    let running = try Running(program, arguments, environment: environment, input: input)
    self = running.wait()
  }

  /// The same without a thread that waits, of which tests have no more than there are processors.
  static func of(
    _ program: String, _ arguments: [String], environment: [String: String] = [:]
  ) async throws -> Run {
    try await Running(program, arguments, environment: environment).finished()
  }

  fileprivate init(status: Int32, output: String, errors: String) {
    self.status = status
    self.output = output
    self.errors = errors
  }

  var lines: [Substring] { output.split(separator: "\n") }

  /// The output's lines as JSON objects.
  var objects: [[String: Any]] {
    lines.compactMap {
      try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
  }

  /// The whole output as a JSON object.
  var object: [String: Any]? {
    try? JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
  }
}

/// A program that runs. Its output goes to files, so that it never waits for a reader.
final class Running {
  let process = Process()
  /// Ends when the program does.
  private let ended: AsyncStream<Void>
  private let folder = FileManager.default.temporaryDirectory.appending(
    path: "captionmesh-run-\(UUID().uuidString)")

  init(
    _ program: String, _ arguments: [String], environment: [String: String] = [:],
    input: String = ""
  ) throws {
    let (ended, continuation) = AsyncStream<Void>.makeStream()
    self.ended = ended
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    func file(_ name: String, _ content: String = "") throws -> URL {
      let file = folder.appending(path: name)
      try Data(content.utf8).write(to: file)
      return file
    }
    process.executableURL =
      program.hasPrefix("/") ? URL(filePath: program) : Programs.folder.appending(path: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = try FileHandle(forReadingFrom: try file("input", input))
    process.standardOutput = try FileHandle(forWritingTo: try file("output"))
    process.standardError = try FileHandle(forWritingTo: try file("errors"))
    process.terminationHandler = { _ in continuation.finish() }
    try process.run()
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// What it has printed so far.
  var output: String { read("output") }

  func wait() -> Run {
    process.waitUntilExit()
    return result
  }

  /// Waits for its end without a thread.
  func finished() async -> Run {
    for await _ in ended {}
    process.waitUntilExit()
    return result
  }

  /// Waits until it has made a file, or has ended without. It keeps its thread: others would be
  /// scheduled late, and the moment be gone.
  func appears(_ path: String) {
    while process.isRunning, !FileManager.default.fileExists(atPath: path) { usleep(1000) }
  }

  private var result: Run {
    Run(status: process.terminationStatus, output: output, errors: read("errors"))
  }

  private func read(_ name: String) -> String {
    (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
  }
}
