import Synchronization
import Testing

@testable import Gateway

@Suite("Who waits is let in by priority")
struct PriorityGateTests {
  /// Returns once so many wait.
  private func waiting(_ count: Int, at gate: PriorityGate) async {
    while gate.waiting != count { await Task.yield() }
  }

  /// What tasks share.
  private final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    @discardableResult
    func change<Result: Sendable>(_ body: @Sendable (inout Value) -> Result) -> Result {
      value.withLock { value in
        var copy = value
        defer { value = copy }
        return body(&copy)
      }
    }
  }

  @Test("the most urgent first, and in the order of coming")
  func order() async throws {
    let gate = PriorityGate(permits: 1, queue: 8)
    let entered = Shared<[Int]>([])
    let (opened, open) = AsyncStream<Void>.makeStream()
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask {
        try await gate.pass(priority: 9) { for await _ in opened {} }
      }
      while gate.isFree { await Task.yield() }
      for (place, priority) in [5, 1, 5, 2].enumerated() {
        group.addTask {
          try await gate.pass(priority: UInt64(priority)) {
            entered.change { $0.append(place) }
          }
        }
        await waiting(place + 1, at: gate)
      }
      open.finish()
    }
    #expect(entered.change { $0 } == [1, 3, 0, 2])
    #expect(gate.isFree)
  }

  @Test("a full queue refuses, and who gives up leaves it")
  func fullAndCancelled() async throws {
    let gate = PriorityGate(permits: 1, queue: 1)
    let (opened, open) = AsyncStream<Void>.makeStream()
    let holder = Task { try await gate.pass(priority: 1) { for await _ in opened {} } }
    while gate.isFree { await Task.yield() }
    let waiter = Task { try await gate.pass(priority: 1) {} }
    await waiting(1, at: gate)
    await #expect(throws: Problem.self) { try await gate.pass(priority: 0) {} }
    waiter.cancel()
    await #expect(throws: CancellationError.self) { try await waiter.value }
    #expect(gate.waiting == 0)
    open.finish()
    try await holder.value
    #expect(gate.isFree)
  }

  @Test("permits are not lost, whoever gives up when")
  func storm() async {
    let gate = PriorityGate(permits: 3, queue: 1_000)
    let inside = Shared(0)
    await withDiscardingTaskGroup { group in
      for number in 0..<300 {
        group.addTask {
          let task = Task {
            try await gate.pass(priority: UInt64(number % 7)) {
              let count = inside.change { count in
                count += 1
                return count
              }
              #expect(count <= 3)
              await Task.yield()
              inside.change { $0 -= 1 }
            }
          }
          if number % 3 == 0 { task.cancel() }
          _ = try? await task.value
        }
      }
    }
    #expect(gate.waiting == 0)
    #expect(gate.free == 3)
  }
}
