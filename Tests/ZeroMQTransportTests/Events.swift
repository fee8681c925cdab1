import Synchronization

@testable import ZeroMQTransport

/// What has happened, for tests to wait for.
final class Events: Sendable {
  private struct Waiter {
    var id: Int
    var event: String
    var count: Int
    var continuation: CheckedContinuation<Void, Never>
  }

  private struct State {
    var happened: [String] = []
    var waiters: [Waiter] = []
    var nextID = 0
  }

  private let state = Mutex(State())

  func add(_ event: String) {
    let due = state.withLock { state in
      state.happened.append(event)
      let count = state.happened.count { $0 == event }
      let due = state.waiters.filter { $0.event == event && $0.count <= count }
      state.waiters.removeAll { $0.event == event && $0.count <= count }
      return due
    }
    for waiter in due { waiter.continuation.resume() }
  }

  /// Waits until the event has happened so many times, or the task is cancelled.
  func wait(for event: String, count: Int = 1) async {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDue = state.withLock { state in
          if Task.isCancelled { return true }
          if state.happened.count(where: { $0 == event }) >= count { return true }
          state.waiters.append(
            Waiter(id: id, event: event, count: count, continuation: continuation))
          return false
        }
        if isDue { continuation.resume() }
      }
    } onCancel: {
      let cancelled = state.withLock { state in
        let cancelled = state.waiters.filter { $0.id == id }
        state.waiters.removeAll { $0.id == id }
        return cancelled
      }
      for waiter in cancelled { waiter.continuation.resume() }
    }
  }

  /// Blocks a thread that is not one of Swift's until the event has happened.
  func block(for event: String) {
    let wakeup = try! Wakeup()
    Task {
      await wait(for: event)
      wakeup.signal()
    }
    _ = ZeroMQSocket.wait(for: nil, writable: false, wakeup: wakeup, until: .now + .seconds(10))
  }

  var all: [String] { state.withLock { $0.happened } }
}
