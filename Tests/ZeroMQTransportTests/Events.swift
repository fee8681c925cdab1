import Synchronization

/// What has happened, for tests to wait for.
final class Events: Sendable {
  private struct State {
    var happened: [String] = []
    var waiting: [(event: String, count: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())

  func add(_ event: String) {
    let due = state.withLock { state in
      state.happened.append(event)
      let count = state.happened.count { $0 == event }
      let due = state.waiting.filter { $0.event == event && $0.count <= count }
      state.waiting.removeAll { $0.event == event && $0.count <= count }
      return due.map(\.continuation)
    }
    for continuation in due { continuation.resume() }
  }

  /// Waits until the event has happened so many times.
  func wait(for event: String, count: Int = 1) async {
    await withCheckedContinuation { continuation in
      let isDue = state.withLock { state in
        if state.happened.count(where: { $0 == event }) >= count { return true }
        state.waiting.append((event, count, continuation))
        return false
      }
      if isDue { continuation.resume() }
    }
  }

  var all: [String] { state.withLock { $0.happened } }
}
