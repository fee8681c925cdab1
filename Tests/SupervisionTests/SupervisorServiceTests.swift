import GRPCCore
import GRPCInProcessTransport
import Glibc
import MeshAPI
import ServiceKit
import Supervision
import Testing

@Suite struct SupervisorServiceTests {
  /// Runs a mesh whose programs are shells that wait for their supervisor's end, and calls the body
  /// with a client of its supervisor.
  private func withMesh(
    _ body:
      @Sendable (Supervisor.Client<InProcessTransport.Client>, TestDirectory) async throws ->
      Void
  ) async throws {
    let directory = try TestDirectory()
    for role in ["dispatcher", "loader", "encoder", "decoder", "scorer"] {
      let path = "\(directory.runtime.logs)/captionmesh-\(role)"
      try LogFile.open(path).write("#!/bin/sh\nexec cat\n", to: path)
      _ = unsafe chmod(path, 0o700)
    }
    let plan = MeshPlan(
      try MeshConfiguration(environment: ["CAPTIONMESH_GATEWAY_SERVE": "off"]),
      configurationFile: nil, encoder: "", store: "",
      model: "", directory: directory.runtime, programs: directory.runtime.logs, cores: 4)
    let supervisor = try ProcessSupervisor.test(try plan.roles(), in: directory)
    let transport = InProcessTransport()
    try await withRunning(supervisor) { supervisor in
      try await withGRPCServer(
        transport: transport.server, services: [SupervisorService(supervisor, plan: plan)]
      ) { _ in
        try await withGRPCClient(transport: transport.client) { client in
          try await body(Supervisor.Client(client), directory)
        }
      }
    }
  }

  @Test func showsItsProcesses() async throws {
    try await withMesh { client, _ in
      let status = try await client.status()
      #expect(status.pid == Int(getpid()))
      #expect(!status.stopping)
      #expect(
        status.counts == ["dispatcher": 1, "loader": 1, "encoder": 2, "decoder": 1, "scorer": 1])
      #expect(
        status.processes.map(\.name) == [
          "dispatcher-1", "loader-1", "encoder-1", "encoder-2", "decoder-1", "scorer-1",
        ])
    }
  }

  @Test func scalesAndSharesTheCoresAnew() async throws {
    try await withMesh { client, directory in
      try await client.scale(ScaleRequest(counts: ["encode": 4, "decoder": 2]))
      try await until("the new ones run alone") {
        let processes = try await client.status().processes
        return processes.count == 9
          && processes.allSatisfy { $0.state == "running" && $0.current }
      }
    }
  }

  @Test(arguments: [["chef": 1], ["dispatcher": 2], ["encoder": -1], ["encoder": 1000]])
  func refusesWhatCannotBe(counts: [String: Int]) async throws {
    try await withMesh { client, _ in
      let before = try await client.status().counts
      // A good one beside it does not count either.
      let all = counts.merging(["loader": 5]) { $1 }
      let error = await #expect(throws: RPCError.self) {
        try await client.scale(ScaleRequest(counts: all))
      }
      #expect(error?.code == .invalidArgument)
      #expect(try await client.status().counts == before)
    }
  }

  @Test func stopsEverything() async throws {
    try await withMesh { client, directory in
      try await client.stop()
      try await until("nothing is left") { directory.runtime.livingProcesses.isEmpty }
    }
  }
}
