import CoreMetrics
import Dispatching
import GRPCCore
import GRPCInProcessTransport
import Logging
import MeshAPI
import MessagePack
import Scheduling
import ServiceKit
import Tensor
import Traces

/// A dispatcher and a client of it in one process.
struct TestMesh<Transport: ClientTransport> {
  let core: DispatchCore
  let client: GRPCClient<Transport>
  let time: ManualTime

  var captioner: Captioner.Client<Transport> { Captioner.Client(client) }
  var scorer: Scorer.Client<Transport> { Scorer.Client(client) }
  var control: Control.Client<Transport> { Control.Client(client) }
  var health: Health.Client<Transport> { Health.Client(client) }

  static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

  /// Makes a dispatcher whose time stands still unless it is advanced.
  static func dispatcher(
    _ change: (inout DispatcherConfiguration) -> Void = { _ in },
    metrics: any MetricsFactory = NOOPMetricsHandler.instance, spans: (any SpanExporter)? = nil
  ) -> (core: DispatchCore, time: ManualTime) {
    var configuration = DispatcherConfiguration(
      scheduler: .mesh, requiredStages: ["load", "encode", "decode"], build: "test", pid: 1)
    // Time stands still, so nothing may wait for it.
    for index in configuration.scheduler.stages.indices {
      configuration.scheduler.stages[index].batchDelay = .zero
    }
    change(&configuration)
    let time = ManualTime()
    let core = DispatchCore(
      configuration, logger: quiet, time: time.source, metrics: metrics, spans: spans)
    return (core, time)
  }

  /// Runs `body` while the workers serve.
  func with(_ workers: any StageWorker..., body: () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in workers { group.addTask { try await run(worker) } }
      try await settle { $0.stages.reduce(0) { $0 + $1.workers.count } >= workers.count }
      try await body()
      group.cancelAll()
    }
  }

  func run(_ worker: some StageWorker) async throws {
    try await WorkerRunner(worker: worker, client: client, logger: Self.quiet).run()
  }

  /// Waits until the mesh is as described.
  func settle(_ isSo: (StatusReply) -> Bool) async throws {
    while !isSo(try await control.status()) { await Task.yield() }
  }

  func caption(_ name: String, metadata: Metadata = [:]) async throws -> CaptionReply {
    try await captioner.caption(.sample(name), metadata: metadata)
  }

  /// Sends all names on one stream and gives back the replies in the order of their coming.
  func stream(_ names: [String]) async throws -> [CaptionReply] {
    try await captioner.captionStream { writer in
      for name in names { try await writer.write(.sample(name)) }
    } replies: { messages in
      var replies: [CaptionReply] = []
      for try await reply in messages { replies.append(reply) }
      return replies
    }
  }
}

extension TestMesh<InProcessTransport.Client> {
  /// Runs `body` with a mesh over GRPCCore's in-process transport.
  static func run(
    _ change: (inout DispatcherConfiguration) -> Void = { _ in },
    metrics: any MetricsFactory = NOOPMetricsHandler.instance, spans: (any SpanExporter)? = nil,
    _ body: (TestMesh) async throws -> Void
  ) async throws {
    let (core, time) = dispatcher(change, metrics: metrics, spans: spans)
    let transport = InProcessTransport()
    let server = GRPCServer(transport: transport.server, services: core.services)
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { try await server.serve() }
      try await withGRPCClient(transport: transport.client) { client in
        try await body(TestMesh(core: core, client: client, time: time))
      }
      server.beginGracefulShutdown()
      group.cancelAll()
    }
  }
}

extension CaptionRequest {
  /// A request whose image is its name's bytes.
  static func sample(_ name: String) -> CaptionRequest {
    CaptionRequest(id: "id \(name)", image: MessageBytes(name.utf8), name: name)
  }
}

extension CaptionReply {
  /// The caption, or the failure's code.
  var text: String {
    switch result {
    case .success(let caption): caption.caption
    case .failure(let error): error.code.statusName
    }
  }
}

extension StatusReply {
  subscript(name: String) -> Stage { stages.first { $0.name == name }! }
}
