import Synchronization

/// Lets so many in at a time; the others wait, the most urgent first, and those of one priority in
/// the order in which they came.
final class PriorityGate: Sendable {
  private struct Waiter {
    let id: UInt64
    let priority: UInt64
    let continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var free: Int
    var nextID: UInt64 = 0
    /// The next one first.
    var waiters: [Waiter] = []
    /// Who gave up before it waited.
    var cancelled: Set<UInt64> = []
  }

  private let queue: Int
  private let state: Mutex<State>

  /// - Parameters:
  ///   - permits: who is in at a time.
  ///   - queue: who may wait.
  init(permits: Int, queue: Int) {
    self.queue = queue
    state = Mutex(State(free: permits))
  }

  var waiting: Int { state.withLock { $0.waiters.count } }
  var free: Int { state.withLock { $0.free } }
  var isFree: Bool { free > 0 }

  /// Runs `body` when its turn comes.
  ///
  /// - Parameter priority: lower ones come first.
  /// - Throws: ``Problem`` when too many wait; `CancellationError`.
  func pass<Value: Sendable>(
    priority: UInt64, _ body: @Sendable () async throws -> Value
  ) async throws -> Value {
    try await enter(priority)
    defer { leave() }
    return try await body()
  }

  private func enter(_ priority: UInt64) async throws {
    let id = state.withLock { state in
      defer { state.nextID += 1 }
      return state.nextID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let answer: Result<Void, any Error>? = state.withLock { state in
          if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
          if state.free > 0 {
            state.free -= 1
            return .success(())
          }
          guard state.waiters.count < queue else {
            return .failure(
              Problem.busy("as many photographs wait as may; send them again in a while"))
          }
          let place = state.waiters.lastIndex { $0.priority <= priority }.map { $0 + 1 } ?? 0
          state.waiters.insert(
            Waiter(id: id, priority: priority, continuation: continuation), at: place)
          return nil
        }
        if let answer { continuation.resume(with: answer) }
      }
    } onCancel: {
      let waiter: Waiter? = state.withLock { state in
        guard let index = state.waiters.firstIndex(where: { $0.id == id }) else {
          state.cancelled.insert(id)
          return nil
        }
        return state.waiters.remove(at: index)
      }
      waiter?.continuation.resume(throwing: CancellationError())
    }
    // A cancellation that came when it was in already.
    state.withLock { _ = $0.cancelled.remove(id) }
  }

  private func leave() {
    let next: Waiter? = state.withLock { state in
      guard !state.waiters.isEmpty else {
        state.free += 1
        return nil
      }
      return state.waiters.removeFirst()
    }
    next?.continuation.resume()
  }
}
