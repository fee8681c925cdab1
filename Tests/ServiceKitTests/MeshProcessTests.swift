import Logging
import ServiceKit
import ServiceLifecycle
import Testing

@Suite(.timeLimit(.minutes(1))) struct MeshProcessTests {
  @Test func theEndOfWhatItIsForIsAGoodEnd() async {
    await #expect(processExitsWith: .exitCode(0)) {
      await MeshProcess.run("test", level: .critical) { _ in [Lasting(), Ending()] }
    }
  }

  @Test func anUnaskedEndIsNeverExitCodeZero() async {
    await #expect(processExitsWith: .exitCode(1)) {
      await MeshProcess.run("test", level: .critical) { _ in [Ending(), Lasting()] }
    }
  }

  @Test func aFailureIsExitCodeOne() async {
    await #expect(processExitsWith: .exitCode(1)) {
      await MeshProcess.run("test", level: .critical) { _ in
        throw ServiceError(.configuration, "made to fail")
      }
    }
  }
}

private struct Ending: Service {
  func run() async throws {}
}

private struct Lasting: Service {
  func run() async throws { try await gracefulShutdown() }
}
