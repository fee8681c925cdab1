import Logging
import ServiceKit
import ServiceLifecycle
import Traces

/// Writes the trace on a thread of its own, until all that ended before the process is written.
struct TraceWriter: Service {
  let file: TraceFile
  private let logger: Logger

  /// - Throws: `TraceFileError` when the file cannot be opened.
  init(path: String, logger: Logger) throws {
    file = try TraceFile(
      path: path,
      resource: [
        "service.name": .string("captionmesh"), "service.version": .string(ThisProcess.build),
        "process.pid": .integer(ThisProcess.pid), "host.name": .string(ThisProcess.host),
      ])
    self.logger = logger
  }

  func run() async throws {
    // Ends with what waits, not before it.
    let thread = try ComputeThread(stackSize: 1 << 20)
    defer { thread.stop() }
    let writing = Task(executorPreference: thread) {
      await file.run { logger.error("\($0); captioning goes on without it") }
    }
    await withTaskCancellationOrGracefulShutdownHandler {
      await writing.value
    } onCancelOrGracefulShutdown: {
      file.finish()
    }
  }
}
