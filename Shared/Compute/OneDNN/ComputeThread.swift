internal import COneDNN
internal import Glibc
internal import Synchronization

/// A named thread on which calculations run one after the other.
///
/// OpenMP gives every thread that enters a parallel region a team of workers of its own. One
/// thread for all calculations means one team of the size that was asked for, however many tasks
/// ask for results.
@safe
public final class ComputeThread: Sendable {
  /// What the thread itself holds; it must not keep the ``ComputeThread`` alive.
  private final class Queue: Sendable {
    let jobs = Mutex<[@Sendable () -> Void]>([])
    let wake = Semaphore()

    func append(_ job: @escaping @Sendable () -> Void) {
      jobs.withLock { $0.append(job) }
      wake.signal()
    }

    /// Runs jobs until it is woken without one.
    func drain() {
      while true {
        wake.wait()
        guard let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return }
        job()
      }
    }
  }

  private let queue = Queue()
  private let thread: pthread_t

  /// Starts the thread.
  ///
  /// - Parameters:
  ///   - name: what tools like `top` show; the first 15 bytes of it.
  ///   - threadCount: how many threads a calculation uses, this one included.
  public init(name: String, threadCount: Int) {
    precondition(threadCount > 0, "a calculation needs a thread")
    let start = Start { [queue] in
      unsafe _ = pthread_setname_np(
        pthread_self(), String(decoding: name.utf8.prefix(15), as: UTF8.self))
      OneDNN.setThreadCount(threadCount)
      queue.drain()
    }
    var thread = pthread_t()
    let status = unsafe pthread_create(
      &thread, nil,
      { start in
        unsafe Unmanaged<Start>.fromOpaque(start!).takeRetainedValue().body()
        return nil
      }, Unmanaged.passRetained(start).toOpaque())
    precondition(status == 0, "the system gives no more threads")
    self.thread = thread
  }

  private final class Start: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Waits until the jobs that were asked for are done and the thread has ended.
  deinit {
    queue.wake.signal()
    if pthread_equal(thread, pthread_self()) != 0 {
      pthread_detach(thread)
    } else {
      pthread_join(thread, nil)
    }
  }

  /// Runs `body` on the thread and waits for it, blocking the caller.
  public func run<Success: Sendable, Failure: Error>(
    _ body: @escaping @Sendable () throws(Failure) -> Success
  ) throws(Failure) -> Success {
    let outcome = Outcome<Success, Failure>()
    queue.append {
      outcome.result.withLock { $0 = Result(catching: body) }
      outcome.isDone.signal()
    }
    outcome.isDone.wait()
    return try outcome.result.withLock { $0! }.get()
  }

  private final class Outcome<Success: Sendable, Failure: Error>: Sendable {
    let result = Mutex<Result<Success, Failure>?>(nil)
    let isDone = Semaphore()
  }

  /// Runs `body` on the thread, suspending the caller.
  public func run<Success: Sendable, Failure: Error>(
    _ body: @escaping @Sendable () throws(Failure) -> Success
  ) async throws(Failure) -> Success {
    let result = await withCheckedContinuation { continuation in
      queue.append { continuation.resume(returning: Result(catching: body)) }
    }
    return try result.get()
  }
}
