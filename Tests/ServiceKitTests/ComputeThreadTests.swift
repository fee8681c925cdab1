import Glibc
import ServiceKit
import Testing

@Suite struct ComputeThreadTests {
  @Test func everythingRunsOnOneThreadThatIsNobodyElses() async throws {
    let thread = try ComputeThread()
    var threads: Set<pthread_t> = []
    for _ in 0..<100 {
      threads.insert(await Task(executorPreference: thread) { await currentThread() }.value)
    }
    #expect(threads.count == 1)
    #expect(await !threads.contains(currentThread()))
    thread.stop()
  }

  @Test func jobsFromManyTasksAllRun() async throws {
    let thread = try ComputeThread()
    let sum = await withTaskGroup(of: Int.self) { group in
      for index in 0..<1000 {
        group.addTask(executorPreference: thread) { await double(index) }
      }
      return await group.reduce(0, +)
    }
    #expect(sum == 999_000)
    thread.stop()
    thread.stop()
  }
}

private func currentThread() async -> pthread_t { pthread_self() }

private func double(_ number: Int) async -> Int { 2 * number }
