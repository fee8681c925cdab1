import CProcesses
import Glibc
import ServiceKit
import Testing

@Suite struct SupervisorWatchTests {
  @Test func noticesTheEndOfThePipe() async throws {
    var (reading, writing): (Int32, Int32) = (0, 0)
    // Not for the processes that other tests start meanwhile: they would hold the end open.
    try #require(unsafe captionmesh_pipe(&reading, &writing) == 0)
    let (isGone, gone) = AsyncStream<Void>.makeStream()
    SupervisorWatch.start(reading) {
      gone.yield()
      gone.finish()
    }
    // What is written says nothing.
    #expect(unsafe write(writing, "text that nobody reads", 22) == 22)
    close(writing)
    var count = 0
    for await _ in isGone { count += 1 }
    #expect(count == 1)
    close(reading)
  }
}
