import ArgumentParser
import FoundationEssentials
import MeshAPI
import MeshSecurity
import ServiceKit
import Supervision

/// `captionmesh mesh status`.
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show the stages, their workers and their queues.",
    discussion: "Exits 0 when the mesh is ready, 1 when it is not or there is none.")

  @OptionGroup var mesh: MeshOptions

  @Flag(
    help: "Print JSON: ready; stages with queued and workers (id, pid, state); supervisor; gateway."
  )
  var json = false

  /// The dispatcher's account with the supervisor's beside it.
  private struct Account: Encodable {
    var dispatcher: StatusReply?
    var supervisor: SupervisorStatusReply?
    var gateway: GatewayRecord?

    enum CodingKeys: String, CodingKey { case ready, stages, supervisor, gateway }

    func encode(to encoder: any Swift.Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      if let dispatcher {
        try dispatcher.encode(to: encoder)
      } else {
        try container.encode(false, forKey: .ready)
        try container.encode([StatusReply.Stage](), forKey: .stages)
      }
      try container.encodeIfPresent(supervisor, forKey: .supervisor)
      try container.encodeIfPresent(gateway, forKey: .gateway)
    }
  }

  func run() async throws {
    let directory = RuntimeDirectory.default
    let account: Account
    if mesh.dispatcher == nil {
      account = Account(
        dispatcher: await MeshConnection.dispatcherStatus(directory),
        supervisor: await MeshConnection.supervisorStatus(directory),
        gateway: GatewayRecord(in: directory))
    } else {
      // Its supervisor answers on its own machine alone.
      let status = try await mesh.withClient(role: .administrator) {
        try await Control.Client($0).status()
      }
      account = Account(dispatcher: status, supervisor: nil)
    }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(account), as: UTF8.self))
    } else if account.dispatcher == nil && account.supervisor == nil {
      print("no mesh is up in \(directory.path); start one with `Deploy/mesh up`")
    } else {
      show(account)
    }
    if account.dispatcher?.ready != true { throw ExitCode(ExitStatus.failed) }
  }

  private func show(_ account: Account) {
    guard let dispatcher = account.dispatcher else {
      return print("the dispatcher does not answer; `Deploy/mesh logs dispatcher` may say why")
    }
    print(dispatcher.ready ? "ready" : "not ready")
    if let metrics = dispatcher.metrics { print("metrics: \(metrics)") }
    if let address = account.gateway?.address { print("gateway: \(address)") }
    if let problem = account.gateway?.problem { print("gateway: \(problem)") }
    for stage in dispatcher.stages {
      let count = stage.workers.count == 1 ? "1 worker" : "\(stage.workers.count) workers"
      print("\(stage.name): \(count), \(stage.queued) queued, \(stage.inFlight) in hand")
      for worker in stage.workers {
        print(
          "  \(worker.id)  pid \(worker.pid) on \(worker.host)  \(worker.state)  "
            + "\(worker.inFlight) in hand, \(worker.done) done")
      }
    }
    for process in account.supervisor?.processes ?? [] where process.restarts > 0 {
      let loop = process.crashLoop ? ", again and again" : ""
      print(
        "\(process.name): started again \(process.restarts) times\(loop), the last time because it "
          + (process.lastExit ?? "ended"))
    }
  }
}
