import Glibc
import Logging
import ServiceKit
import Supervision
import Testing

/// A runtime directory for one test, and what its processes wrote.
final class TestDirectory: Sendable {
  let runtime: RuntimeDirectory

  init() throws {
    let number = UInt64.random(in: 0...UInt64.max)
    runtime = RuntimeDirectory(path: "/tmp/captionmesh-test-\(String(number, radix: 36))")
    try runtime.create()
  }

  deinit {
    for directory in [runtime.logs, runtime.processes, runtime.path] {
      for name in Self.names(in: directory) { _ = unsafe unlink("\(directory)/\(name)") }
      _ = unsafe rmdir(directory)
    }
  }

  func text(of name: String) -> String { Self.text(at: runtime.log(of: name)) }

  static func text(at path: String) -> String {
    guard let file = unsafe fopen(path, "r") else { return "" }
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }

  static func names(in directory: String) -> [String] {
    guard let stream = unsafe opendir(directory) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}

extension ProcessCommand {
  /// A shell that runs the script.
  static func shell(_ script: String, _ environment: [String: String] = [:]) -> ProcessCommand {
    let path = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
    return ProcessCommand(executable: "/bin/sh", arguments: ["-c", script], environment: path)
  }
}

extension Role {
  static func shell(
    _ name: String, _ script: String, count: Int = 1, stopTimeout: Duration = .seconds(10)
  ) -> Role {
    Role(name: name, count: count, command: .shell(script), stopTimeout: stopTimeout)
  }
}

extension RestartPolicy {
  /// For tests that shall not take long.
  static let fast = RestartPolicy(firstDelay: .milliseconds(1), lastDelay: .milliseconds(4))
}

extension ProcessSupervisor {
  /// A supervisor that does not write a log.
  static func test(
    _ roles: [Role], in directory: TestDirectory, readiness: @escaping Readiness = { $0 },
    stuckProcesses: @escaping StuckProcesses = { _ in [] }
  ) throws -> ProcessSupervisor {
    try ProcessSupervisor(
      roles, in: directory.runtime, policy: .fast,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      readinessInterval: .milliseconds(2), readiness: readiness,
      stuckInterval: .milliseconds(2), stuckProcesses: stuckProcesses)
  }

  func pid(of name: String) -> Int32? { reports.first { "\($0.status.name)" == name }?.pid }
  func state(of name: String) -> ProcessStatus.State? {
    reports.first { "\($0.status.name)" == name }?.status.state
  }
}

/// Runs a supervisor while the test looks at it, and stops it.
func withRunning(
  _ supervisor: ProcessSupervisor, _ body: (ProcessSupervisor) async throws -> Void
) async throws {
  async let end: Void = supervisor.run()
  do {
    try await body(supervisor)
  } catch {
    await supervisor.stop()
    throw error
  }
  await supervisor.stop()
  await end
}

/// Waits until it is so; fails the test when that takes too long.
func until(
  _ what: Comment, location: SourceLocation = #_sourceLocation,
  _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + .seconds(20)
  while try await !condition() {
    try #require(ContinuousClock.now < deadline, what, sourceLocation: location)
    try await Task.sleep(for: .milliseconds(2))
  }
}
