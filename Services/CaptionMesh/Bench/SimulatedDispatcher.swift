import FoundationEssentials
import Glibc
import ServiceKit
import Supervision
import ZeroMQTransport

/// A dispatcher in a process and a runtime directory of its own. It ends when this process does.
final class SimulatedDispatcher: Sendable {
  let address: ZeroMQAddress
  private let directory: RuntimeDirectory
  private let process: ChildProcess
  /// The writing end of its standard input, which it watches.
  private let input: FileDescriptor

  /// - Parameter requests: the most that it holds.
  init(requests: Int) throws {
    // Sockets' paths are short.
    let name = String(UInt32.random(in: 0...UInt32.max), radix: 36)
    directory = RuntimeDirectory(path: "/tmp/cm-bench-\(name)")
    try directory.create()
    address = try ZeroMQAddress(directory.dispatcherAddress)
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
      throw ServiceError(.system, "no pipe: error \(errno)")
    }
    input = FileDescriptor(owning: ends[1])
    var environment = ThisProcess.environment
    environment["CAPTIONMESH_RUNTIME"] = directory.path
    environment["CAPTIONMESH_ADDRESSES"] = try directory.dispatcherAddress
    environment["CAPTIONMESH_METRICS"] = "off"
    environment["CAPTIONMESH_LOG_LEVEL"] = "error"
    environment["CAPTIONMESH_LIMITS_REQUESTS"] = "\(max(256, requests))"
    environment["CAPTIONMESH_LIMITS_CLIENT_REQUESTS"] = "\(max(128, requests))"
    environment["CAPTIONMESH_LIMITS_MEGABYTES"] = "4096"
    process = try ChildProcess(
      ProcessCommand(
        executable: "\(ThisProgram.folder)/captionmesh-dispatcher", arguments: ["--supervised"],
        environment: environment),
      input: FileDescriptor(owning: ends[0]), output: LogFile.open("\(directory.path)/log")
    ) { _ in }
  }

  /// Stops the dispatcher and removes its directory.
  func end() {
    process.killGroup()
    try? FileManager.default.removeItem(atPath: directory.path)
  }

  var residentBytes: Int { ThisProcess.residentBytes(of: Int(process.pid)) ?? 0 }

  /// Of all its threads so far.
  var processorTime: Duration { ThisProcess.processorTime(of: Int(process.pid)) ?? .zero }
}
