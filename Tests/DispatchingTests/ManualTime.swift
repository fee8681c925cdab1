import Dispatching
import Synchronization

/// Time that passes when a test says so.
final class ManualTime: Sendable {
  private struct State {
    var now = Duration.zero
    var lastSleeper = 0
    var sleepers: [Int: (until: Duration, continuation: CheckedContinuation<Void, any Error>)] = [:]
  }

  private let state = Mutex(State())

  var source: TimeSource {
    TimeSource(now: { self.state.withLock { $0.now } }, sleep: { try await self.sleep(until: $0) })
  }

  /// Lets time pass and wakes those whose time has come.
  func advance(by step: Duration) {
    let woken = state.withLock { state in
      state.now += step
      let woken = state.sleepers.filter { $0.value.until <= state.now }
      for id in woken.keys { state.sleepers[id] = nil }
      return woken.values.map(\.continuation)
    }
    for continuation in woken { continuation.resume() }
  }

  private func sleep(until time: Duration) async throws {
    let id = state.withLock { state in
      state.lastSleeper += 1
      return state.lastSleeper
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let result: Result<Void, any Error>? = state.withLock { state in
          if Task.isCancelled { return .failure(CancellationError()) }
          if time <= state.now { return .success(()) }
          state.sleepers[id] = (time, continuation)
          return nil
        }
        if let result { continuation.resume(with: result) }
      }
    } onCancel: {
      let sleeper = state.withLock { $0.sleepers.removeValue(forKey: id) }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
  }
}
