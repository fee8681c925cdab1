public import GRPCCore
public import Logging
import MeshAPI
public import ServiceLifecycle

/// Runs a ``StageWorker`` as a worker of the mesh.
///
/// It dials out to the dispatcher, says who the worker is, grants credit, gathers the tasks of a
/// batch, has them computed on a thread of their own and returns each result by itself, with
/// heartbeats all the while. When the dispatcher goes away it comes back, waiting longer each
/// time. When it is asked to leave, by a signal or by the dispatcher, it finishes what it holds.
public struct WorkerRunner<Worker: StageWorker, Transport: ClientTransport>: Service {
  /// How long things may take.
  public struct Timing: Sendable {
    /// Until the dispatcher has answered a worker's hello.
    public var welcome: Duration = .seconds(10)
    /// Between the first and the second attempt to reach the dispatcher; doubles each time.
    public var firstRetry: Duration = .milliseconds(100)
    /// At most between two attempts.
    public var lastRetry: Duration = .seconds(1)

    public init() {}
  }

  private let worker: Worker
  private let client: GRPCClient<Transport>
  private let hello: WorkerHello
  private let timing: Timing
  private let logger: Logger

  /// - Parameters:
  ///   - worker: what computes.
  ///   - client: a client whose connections somebody else runs.
  ///   - logger: where what happens is noted.
  ///   - timing: how long things may take.
  public init(
    worker: Worker, client: GRPCClient<Transport>, logger: Logger, timing: Timing = Timing()
  ) {
    self.worker = worker
    self.client = client
    self.hello = WorkerHello(
      stage: worker.stage, capacity: worker.capacity, maximumBatch: worker.maximumBatch,
      build: ThisProcess.build, pid: ThisProcess.pid, host: ThisProcess.host,
      identity: worker.identity)
    self.timing = timing
    self.logger = logger
  }

  /// Works until it is asked to leave.
  ///
  /// - Throws: ``ServiceError`` with code `refused` when the dispatcher does not want this worker,
  ///   as when it was made for other weights than those around it.
  public func run() async throws {
    let thread = try ComputeThread()
    defer { thread.stop() }
    var delay = timing.firstRetry
    while !Task.isShuttingDownGracefully, !Task.isCancelled {
      let session = WorkerSession(
        worker: worker, hello: hello, thread: thread, logger: logger)
      do {
        try await session.run(over: client, welcomeTimeout: timing.welcome)
        if session.isLeaving { return }
        logger.info("the dispatcher closed the stream")
      } catch let error as RPCError where error.code.isFinal {
        throw ServiceError(
          .refused, "the dispatcher refused this \(worker.stage) worker: \(error.message)")
      } catch let error as RPCError {
        if session.isLeaving { return }
        logger.warning("lost the dispatcher: \(error.message); trying again in \(delay)")
      }
      if session.wasWelcome { delay = timing.firstRetry }
      let pause = delay
      // A shutdown ends the wait at once.
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
      delay = min(delay * 2, timing.lastRetry)
    }
  }
}

extension RPCError.Code {
  /// Whether the same call will fail in the same way again.
  fileprivate var isFinal: Bool {
    let final: [RPCError.Code] = [
      .failedPrecondition, .invalidArgument, .unimplemented, .permissionDenied, .unauthenticated,
    ]
    return final.contains(self)
  }
}
