import GRPCCore
import MeshAPI
import ServiceKit
import ZeroMQTransport

/// A real dispatcher, in a process of its own, with workers that sleep, in this one.
struct SimulatedMesh: Sendable {
  let encoders: Int
  let stages: StageTimes
  let payload: SimulatedPayload
  /// Photographs in hand, as a share of what the stages hold when all are busy.
  let load: Double
  /// Workers that share a connection, so that a machine with few cores can have many.
  private let workersPerConnection = 16

  /// Photographs a second that the encoders can do.
  private var rate: Double { Double(encoders) * 1000 / stages.encode }
  private var inHand: Int { max(2, Int((rate * stages.sum / 1000 * load).rounded(.up))) }

  /// - Throws: `ServiceError` with code `system` when the mesh does not start; `RPCError` when it
  ///   fails.
  func measure(for time: Duration) async throws -> SimulationRow {
    let settings = [
      "CAPTIONMESH_LIMITS_REQUESTS": "\(max(256, 2 * inHand))",
      "CAPTIONMESH_LIMITS_CLIENT_REQUESTS": "\(max(128, inHand))",
      "CAPTIONMESH_LIMITS_MEGABYTES": "4096", "CAPTIONMESH_LOG_LEVEL": "error",
      "CAPTIONMESH_METRICS": "off",
    ]
    return try await BenchDispatcher.run(settings: settings) { dispatcher, client in
      try await measure(for: time, dispatcher, client)
    }
  }

  private func measure(
    for time: Duration, _ dispatcher: BenchDispatcher,
    _ client: GRPCClient<ZeroMQClientTransport>
  ) async throws -> SimulationRow {
    try await withThrowingTaskGroup(of: Void.self) { group in
      // Loaders and decoders are never what there is too little of.
      let workers =
        repeated(spares(stages.load), .load, .message(payload.image), stages.load)
        + repeated(encoders, .encode, .message(payload.features), stages.encode)
        + repeated(spares(stages.decode), .decode, .message(payload.caption), stages.decode)
      for start in stride(from: 0, to: workers.count, by: workersPerConnection) {
        let client = GRPCClient(transport: try dispatcher.transport())
        group.addTask { try await client.runConnections() }
        for worker in workers[start...].prefix(workersPerConnection) {
          group.addTask { try await worker.run(over: client) }
        }
      }
      defer { group.cancelAll() }
      try await awaitWorkers(client)
      return try await measure(for: time, client, dispatcher)
    }
  }

  private func measure(
    for time: Duration, _ client: GRPCClient<ZeroMQClientTransport>,
    _ dispatcher: BenchDispatcher
  ) async throws -> SimulationRow {
    let start = ContinuousClock.now + .seconds(1)
    let loop = ClosedLoop(client: client, callers: inHand) {
      CaptionRequest(
        id: String(UInt64.random(in: 0...UInt64.max), radix: 16), image: payload.photograph)
    }
    async let calls = loop.run(from: start, until: start + time)
    try await Task.sleep(until: start)
    let before = (dispatcher.processorTime, ThisProcess.processorTime() ?? .zero)
    try await Task.sleep(until: start + time)
    let after = (dispatcher.processorTime, ThisProcess.processorTime() ?? .zero)
    let added = try await calls.map { $0 / .milliseconds(1) - stages.sum }.sorted()
    guard !added.isEmpty else {
      throw ServiceError(.system, "no photograph was answered within \(time); measure for longer")
    }
    let count = Double(added.count)
    return SimulationRow(
      encoders: encoders, inHand: inHand, imagesPerSecond: count / (time / .seconds(1)),
      idealImagesPerSecond: rate, addedWaitMedian: added[added.count / 2],
      addedWait99: added[added.count * 99 / 100],
      dispatcherMilliseconds: (after.0 - before.0) / .milliseconds(1) / count,
      otherMilliseconds: (after.1 - before.1) / .milliseconds(1) / count,
      dispatcherMegabytes: dispatcher.residentBytes >> 20)
  }

  /// Workers of a stage beside the encoders, half as many again as are busy.
  private func spares(_ milliseconds: Double) -> Int {
    1 + Int((rate * milliseconds / 1000 * 1.5).rounded(.up))
  }

  private func repeated(
    _ count: Int, _ stage: Stage, _ output: StagePayload, _ milliseconds: Double
  ) -> [SleepingWorker] {
    Array(
      repeating: SleepingWorker(stage: stage, output: output, milliseconds: milliseconds),
      count: count)
  }

  /// Waits until all workers have registered.
  private func awaitWorkers(_ client: GRPCClient<ZeroMQClientTransport>) async throws {
    let expected = encoders + spares(stages.load) + spares(stages.decode)
    for _ in 0..<400 {
      let status = try await Control.Client(client).status()
      if status.stages.reduce(0, { $0 + $1.workers.count }) >= expected { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw ServiceError(.system, "the simulated workers did not register within 20 seconds")
  }
}
