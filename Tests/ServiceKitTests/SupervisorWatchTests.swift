import Glibc
import ServiceKit
import Testing

@Suite struct SupervisorWatchTests {
  @Test func noticesTheEndOfThePipe() async throws {
    var ends: [Int32] = [0, 0]
    try #require(unsafe pipe(&ends) == 0)
    let (isGone, gone) = AsyncStream<Void>.makeStream()
    SupervisorWatch.start(ends[0]) {
      gone.yield()
      gone.finish()
    }
    // What is written says nothing.
    #expect(unsafe write(ends[1], "text that nobody reads", 22) == 22)
    close(ends[1])
    var count = 0
    for await _ in isGone { count += 1 }
    #expect(count == 1)
    close(ends[0])
  }
}
