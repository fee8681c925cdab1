import GRPCCore
import MeshAPI
import Synchronization

/// Callers that each send the next photograph when the last one was answered, so that always as many
/// are in hand.
struct ClosedLoop<Transport: ClientTransport>: Sendable {
  let client: GRPCClient<Transport>
  let callers: Int
  let request: @Sendable () -> CaptionRequest

  /// Calls until a moment.
  ///
  /// - Returns: how long each call took that ended within the time after `start`.
  func run(
    from start: ContinuousClock.Instant, until end: ContinuousClock.Instant
  ) async throws -> [Duration] {
    try await withThrowingTaskGroup(of: [Duration].self) { group in
      let captioner = Captioner.Client(client)
      for _ in 0..<callers {
        group.addTask {
          var times: [Duration] = []
          while true {
            let sent = ContinuousClock.now
            _ = try await captioner.caption(request())
            let now = ContinuousClock.now
            if now >= end { return times }
            if now >= start { times.append(now - sent) }
          }
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
  }
}
