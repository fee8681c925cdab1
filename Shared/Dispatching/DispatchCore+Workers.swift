import GRPCCore
import Logging
import MeshAPI
import MessagePack
import Scheduling
import Traces

extension DispatchCore {
  func makeWorker() -> WorkerID { WorkerID(rawValue: makeID()) }

  /// Registers a worker, or ends its stream with the reason why not.
  func register(_ id: WorkerID, _ hello: WorkerHello, outbox: WorkerOutbox) {
    registrations[id] = Registration(hello: hello, outbox: outbox)
    let description = WorkerDescription(
      stage: hello.stage, capacity: hello.capacity, maximumBatch: hello.maximumBatch,
      expects: hello.identity.expects, produces: hello.identity.produces)
    handle(.workerRegistered(id, description))
  }

  /// Takes in what a registered worker says.
  func receive(_ message: WorkerMessage, from id: WorkerID) throws(RPCError) {
    switch message {
    case .hello:
      throw RPCError(code: .invalidArgument, message: "a worker says hello once")
    case .credit(let count): handle(.creditGranted(id, count))
    case .result(let output):
      let task = TaskID(rawValue: output.task)
      guard case .packed(let bytes) = output.payload else { return }
      let result = TaskResult(
        payload: output.payload, byteCount: bytes.count, elapsed: output.elapsed)
      handle(.taskSucceeded(id, task, result))
    case .failure(let failure):
      handle(.taskFailed(id, TaskID(rawValue: failure.task), Failure(failure.error)))
    case .heartbeat(let heartbeat):
      registrations[id]?.memoryBytes = heartbeat.memoryBytes
      handle(.heartbeat(id, progress: heartbeat.progress))
    case .goodbye:
      logger.info("worker \(id) leaves when it is done")
      handle(.workerDraining(id))
    }
  }

  /// The worker's stream is over, for whatever reason.
  func disconnect(_ id: WorkerID) {
    guard let registration = registrations.removeValue(forKey: id) else { return }
    logger.warning("lost \(registration.hello.stage) worker \(id) (pid \(registration.hello.pid))")
    registration.outbox.finish()
    handle(.workerLost(id))
  }

  func welcome(_ id: WorkerID) {
    guard let registration = registrations[id] else { return }
    let hello = registration.hello
    logger.info("\(hello.stage) worker \(id) registered (pid \(hello.pid) on \(hello.host))")
    let interval = Int(configuration.heartbeat / .milliseconds(1))
    registration.outbox.yield([
      .welcome(WorkerWelcome(worker: id.rawValue, heartbeatMilliseconds: interval))
    ])
  }

  func send(_ batch: Batch<StagePayload>, to id: WorkerID) {
    guard let outbox = registrations[id]?.outbox else { return }
    let now = time.now()
    metrics.assigned(batch)
    let tasks = batch.items.map { item in
      let context = trace(item, of: batch, to: id)
      return DispatcherMessage.task(
        TaskInput(
          id: item.task.rawValue, batch: batch.id.rawValue, batchCount: batch.items.count,
          stage: batch.stage, deadlineMilliseconds: Int((item.deadline - now) / .milliseconds(1)),
          options: waiters[item.request]?.options ?? DecodeOptions(),
          request: waiters[item.request]?.shownID, traceparent: context?.traceparent,
          payload: item.payload))
    }
    outbox.yield(tasks)
  }

  func noteSuspension(of id: WorkerID, _ failure: Failure) {
    guard let hello = registrations[id]?.hello else { return }
    logger.warning(
      "\(hello.stage) worker \(id) (pid \(hello.pid)) gets no work: \(failure.message)")
  }

  func close(_ id: WorkerID, _ failure: Failure?) {
    guard let registration = registrations.removeValue(forKey: id) else { return }
    if let failure {
      logger.warning("\(registration.hello.stage) worker \(id) has to go: \(failure)")
      registration.outbox.finish(throwing: RPCError(failure))
    } else {
      logger.info("\(registration.hello.stage) worker \(id) left")
      registration.outbox.finish()
    }
  }
}

extension TaskOutput {
  /// The time that the worker says it took; zero for what is no time.
  fileprivate var elapsed: Duration {
    (0...1e12).contains(milliseconds) ? .milliseconds(milliseconds) : .zero
  }
}
