import Synchronization
import Testing

@testable import Compute

@Suite struct ComputeThreadTests {
  struct Failure: Error, Equatable {}

  @Test func resultsAndErrorsComeBack() {
    let thread = ComputeThread(name: "a name that is longer than Linux keeps", threadCount: 1)
    #expect(thread.run { 7 } == 7)
    #expect(throws: Failure()) { try thread.run { () throws(Failure) -> Int in throw Failure() } }
  }

  @Test func resultsAndErrorsComeBackToThoseWhoSuspend() async {
    let thread = ComputeThread(name: "async", threadCount: 1)
    #expect(await thread.run { 8 } == 8)
    await #expect(throws: Failure()) {
      try await thread.run { () throws(Failure) -> Int in throw Failure() }
    }
  }

  @Test func calculationsUseTheThreadsThatWereAskedFor() {
    #expect(ComputeThread(name: "one", threadCount: 1).run { OneDNN.threadCount } == 1)
    #expect(ComputeThread(name: "three", threadCount: 3).run { OneDNN.threadCount } == 3)
  }

  /// Once in fifty times, since the machine may move a thread between its coming and the look at it.
  @Test func threadsAreSpreadOverProcessors() {
    let thread = ComputeThread(name: "spread", threadCount: 2)
    thread.run {
      let allowed = OneDNN.allowedProcessors
      let spread = (0..<50).map { _ in
        OneDNN.spreadThreads()
        let processors = Mutex<Set<Int32>>([])
        OneDNN.forEachShard(of: 2) { _ in
          let processor = OneDNN.currentProcessor
          processors.withLock { _ = $0.insert(processor) }
          #expect(OneDNN.allowedProcessors == allowed)
        }
        return processors.withLock { $0.count }
      }
      #expect(spread.max() == min(allowed.count, 2))
    }
  }

  @Test func aThreadLeavesProcessorsWhereItMay() {
    let thread = ComputeThread(name: "leave", threadCount: 1)
    thread.run {
      let allowed = OneDNN.allowedProcessors
      #expect(!allowed.isEmpty)
      OneDNN.leaveProcessors([OneDNN.currentProcessor])
      #expect(OneDNN.allowedProcessors == allowed)
      OneDNN.allowedProcessors = [allowed[0]]
      OneDNN.leaveProcessors([allowed[0]])
      #expect(OneDNN.allowedProcessors == [allowed[0]])
      #expect(OneDNN.currentProcessor == allowed[0])
      OneDNN.leaveProcessors(Set(allowed))
      #expect(OneDNN.allowedProcessors == [allowed[0]])
    }
  }

  @Test func jobsRunOneAfterTheOther() async {
    let thread = ComputeThread(name: "queue", threadCount: 1)
    let counter = Counter()
    await withTaskGroup { group in
      for _ in 0..<50 {
        group.addTask { await thread.run { counter.enter() } }
      }
    }
    #expect(counter.isExclusive.withLock { $0 })
    #expect(counter.entries.withLock { $0 } == 50)
  }

  @Test func theLastReferenceMayGoOnTheThreadItself() async {
    let box = Box(ComputeThread(name: "own", threadCount: 1))
    await withCheckedContinuation { continuation in
      box.start { continuation.resume() }
    }
  }

  private final class Counter: Sendable {
    let entries = Mutex(0)
    let isExclusive = Mutex(true)
    private let isInside = Mutex(false)

    func enter() {
      let wasInside = isInside.withLock { inside in
        defer { inside = true }
        return inside
      }
      if wasInside { isExclusive.withLock { $0 = false } }
      entries.withLock { $0 += 1 }
      isInside.withLock { $0 = false }
    }
  }

  /// Owns a thread, and lets go of it in a job that the thread runs.
  private final class Box: Sendable {
    private let thread: Mutex<ComputeThread?>
    init(_ thread: ComputeThread) { self.thread = Mutex(thread) }

    func start(_ done: @escaping @Sendable () -> Void) {
      Task { [self] in
        await thread.withLock { $0! }.run {
          self.thread.withLock { $0 = nil }
          done()
        }
      }
    }
  }
}
