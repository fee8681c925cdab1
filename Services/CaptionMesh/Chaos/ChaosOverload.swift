import GRPCCore
import MeshAPI
import MessagePack

/// Asks a mesh for far more than it can do, each photograph in a call of its own.
struct ChaosOverload: Sendable {
  let mesh: ChaosMesh
  let ledger: ChaosLedger
  let photograph: String
  /// Calls at the same time; more than the mesh admits.
  var callers = 400
  /// Connections that they share, so that no limit of one client's spares the mesh the rest.
  var connections = 4
  /// How soon a caller that was sent away comes again, on average.
  var pause: Duration = .milliseconds(100)

  /// - Returns: the photographs that were captioned, and the calls that were made.
  @discardableResult
  func run(for time: Duration) async throws -> (captioned: Int, asked: Int) {
    let image = MessageBytes(try ImageFile.read(photograph))
    let clients = try (0..<connections).map { _ in try mesh.client() }
    let end = ContinuousClock.now + time
    return try await withThrowingTaskGroup(of: (captioned: Int, asked: Int).self) { group in
      for client in clients {
        group.addTask {
          try await client.runConnections()
          return (0, 0)
        }
      }
      for number in 0..<callers {
        let client = clients[number % clients.count]
        group.addTask { await callAgainAndAgain(client, image, until: end) }
      }
      var total = (captioned: 0, asked: 0)
      for _ in 0..<callers {
        guard let part = try await group.next() else { break }
        total.captioned += part.captioned
        total.asked += part.asked
      }
      for client in clients { client.beginGracefulShutdown() }
      return total
    }
  }

  private func callAgainAndAgain(
    _ client: GRPCClient<some ClientTransport>, _ image: MessageBytes,
    until end: ContinuousClock.Instant
  ) async -> (captioned: Int, asked: Int) {
    var counts = (captioned: 0, asked: 0)
    await rest()
    while ContinuousClock.now < end {
      counts.asked += 1
      if await call(client, image), ContinuousClock.now < end { counts.captioned += 1 }
    }
    return counts
  }

  private func call(
    _ client: GRPCClient<some ClientTransport>, _ image: MessageBytes
  ) async -> Bool {
    var options = CallOptions.defaults
    options.timeout = .seconds(20)
    // An id of its own for each call, or it would be answered from memory.
    let id = String(UInt64.random(in: 0...UInt64.max), radix: 16)
    let start = ContinuousClock.now
    do {
      _ = try await Captioner.Client(client).caption(
        CaptionRequest(id: id, image: image), options: options)
      return true
    } catch let error as RPCError where error.code == .resourceExhausted {
      await ledger.reject(after: ContinuousClock.now - start)
    } catch {
      // Faults happen to the mesh at the same time.
    }
    await rest()
    return false
  }

  /// Not all callers come at the same time.
  private func rest() async {
    try? await Task.sleep(for: pause * Double.random(in: 0...2))
  }
}
