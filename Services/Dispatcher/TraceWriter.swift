import Logging
import ServiceKit
import ServiceLifecycle
import Traces

/// Writes the trace on a thread of its own, until all that ended before the process is written.
struct TraceWriter: Service {
  let file: TraceFile
  let logger: Logger

  /// Opens a trace; nil when the disk is full, as it may be when a dispatcher is started again.
  ///
  /// - Throws: `TraceFileError` when there can be no such file.
  static func open(_ path: String, logger: Logger) throws(TraceFileError) -> TraceWriter? {
    do throws(TraceFileError) {
      let file = try TraceFile(
        path: path,
        resource: [
          "service.name": .string("captionmesh"), "service.version": .string(ThisProcess.build),
          "process.pid": .integer(ThisProcess.pid), "host.name": .string(ThisProcess.host),
        ])
      return TraceWriter(file: file, logger: logger)
    } catch {
      guard error.isOfDisk else { throw error }
      logger.error("\(error); captioning goes on without it")
      return nil
    }
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
