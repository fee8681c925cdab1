import Glibc

/// A thread of its own that runs tasks one job after the other, so that long computations do not
/// hold up the shared pool on which messages and heartbeats travel.
///
/// The thread, and this object with it, lives until ``stop()``.
@safe
public final class ComputeThread: TaskExecutor, @unchecked Sendable {
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let hasChanged = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var thread = pthread_t()
  private var jobs: [UnownedJob] = []
  private var isStopping = false
  private var isJoined = false

  /// - Parameter stackSize: in bytes; numerical libraries are used to the main thread's eight
  ///   megabytes.
  /// - Throws: ``ServiceError`` with code `system` when there is no thread to be had.
  public init(stackSize: Int = 8 << 20) throws {
    unsafe pthread_mutex_init(lock, nil)
    unsafe pthread_cond_init(hasChanged, nil)
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setstacksize(&attributes, stackSize)
    let owner = unsafe Unmanaged.passRetained(self)
    let status = unsafe pthread_create(
      &thread, &attributes,
      { argument in
        unsafe Unmanaged<ComputeThread>.fromOpaque(argument!).takeRetainedValue().runJobs()
        return nil
      }, owner.toOpaque())
    guard status == 0 else {
      isJoined = true
      unsafe owner.release()
      throw ServiceError(.system, "cannot start a thread to compute on: error \(status)")
    }
  }

  deinit {
    unsafe pthread_cond_destroy(hasChanged)
    unsafe pthread_mutex_destroy(lock)
    unsafe hasChanged.deallocate()
    unsafe lock.deallocate()
  }

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    locked { jobs.append(job) }
    unsafe pthread_cond_signal(hasChanged)
  }

  /// Lets the thread finish what it has been given and waits for it. Not to be called from the
  /// thread itself; a second call does nothing.
  public func stop() {
    let join = locked {
      isStopping = true
      defer { isJoined = true }
      return !isJoined
    }
    unsafe pthread_cond_signal(hasChanged)
    if join { pthread_join(thread, nil) }
  }

  /// Runs jobs until there are no more and none are to come.
  private func runJobs() {
    while let job = nextJob() {
      unsafe job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }

  private func nextJob() -> UnownedJob? {
    locked {
      while jobs.isEmpty, !isStopping { unsafe pthread_cond_wait(hasChanged, lock) }
      return jobs.isEmpty ? nil : jobs.removeFirst()
    }
  }

  private func locked<Value>(_ body: () -> Value) -> Value {
    unsafe pthread_mutex_lock(lock)
    defer { unsafe pthread_mutex_unlock(lock) }
    return body()
  }
}
