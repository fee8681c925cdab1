import ArgumentParser
import Glibc
import MeshAPI
import ServiceKit
import Supervision

/// `captionmesh mesh down`.
struct DownCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "down",
    abstract: "Finish what is in hand and stop the mesh.",
    discussion: """
      Ends every process of the mesh and no other, and removes its sockets. Works as well after a \
      crash of the supervisor, and where nothing runs.
      """)

  func run() async throws {
    let directory = RuntimeDirectory.default
    guard directory.exists else { return print("no mesh is up in \(directory.path)") }
    try directory.check()
    try await Self.stop(directory)
    print("the mesh in \(directory.path) is down")
  }

  /// Stops the supervisor, which ends its processes, and then whatever is left.
  static func stop(_ directory: RuntimeDirectory) async throws {
    if let supervisor = directory.supervisor {
      let isTold: Void? = try? await MeshConnection.ask(try directory.supervisorAddress) {
        try await Supervisor.Client($0).stop()
      }
      if isTold == nil { supervisor.signal(SIGTERM) }
      if await !supervisor.hasEnded(within: .seconds(60)) {
        printError("the supervisor (process \(supervisor.pid)) does not end; it is killed")
        supervisor.signal(SIGKILL)
        _ = await supervisor.hasEnded(within: .seconds(5))
      }
    }
    for name in await directory.endRemains(grace: .seconds(15)) {
      printError("\(name) did not end by itself and was killed")
    }
  }
}
