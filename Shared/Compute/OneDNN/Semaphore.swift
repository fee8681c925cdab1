internal import Glibc

/// A POSIX semaphore (sem_overview(7)).
@safe
final class Semaphore: @unchecked Sendable {
  private let handle = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() {
    let status = unsafe sem_init(handle, 0, 0)
    precondition(status == 0, "no semaphore can be made")
  }

  deinit {
    unsafe sem_destroy(handle)
    unsafe handle.deallocate()
  }

  func signal() { unsafe _ = sem_post(handle) }

  func wait() {
    // A signal handler interrupts the wait.
    while unsafe sem_wait(handle) != 0 {}
  }
}
