internal import COneDNN
internal import Glibc
internal import Synchronization

extension OneDNN {
  /// Brings the threads that the calling thread's primitives use to different processors, as far as
  /// there are enough.
  ///
  /// Linux may wake a thread of the team on the processor of the thread that wakes it. That one
  /// waits for the other in a loop, without letting it run, until the scheduler's clock separates
  /// them: an image takes some ten milliseconds more than the three that it needs. Who calculates
  /// now and then calls this first; without a collision it takes what waking the team takes.
  public static func spreadThreads() {
    guard threadCount > 1 else { return }
    let team = Team()
    unsafe GOMP_parallel(
      { team in
        unsafe Unmanaged<Team>.fromOpaque(team!).takeUnretainedValue().arrive()
      }, Unmanaged.passUnretained(team).toOpaque(), 0, 0)
  }

  /// The threads of one call, by where they are.
  private final class Team: Sendable {
    private let taken = Mutex<Set<Int32>>([])
    private let arrived = Atomic(0)

    /// Of each thread, once.
    func arrive() {
      taken.withLock { taken in
        if taken.contains(OneDNN.currentProcessor) { OneDNN.leaveProcessors(taken) }
        taken.insert(OneDNN.currentProcessor)
      }
      arrived.add(1, ordering: .releasing)
      // The others may be waiting for this very processor.
      if omp_get_thread_num() == 0 {
        while arrived.load(ordering: .acquiring) < Int(omp_get_num_threads()) { sched_yield() }
      }
    }
  }

  static var currentProcessor: Int32 { sched_getcpu() }

  /// Moves the calling thread to another processor than those, if it may run on another. Where it may
  /// run stays as it was.
  static func leaveProcessors(_ taken: Set<Int32>) {
    let allowed = allowedProcessors
    let others = allowed.filter { !taken.contains($0) }
    guard !others.isEmpty else { return }
    allowedProcessors = others
    allowedProcessors = allowed
  }

  /// Where the calling thread may run; none where the machine has more processors than a `cpu_set_t`.
  static var allowedProcessors: [Int32] {
    get {
      var set = cpu_set_t()
      guard unsafe sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &set) == 0 else { return [] }
      let words = unsafe withUnsafeBytes(of: set) { unsafe Array($0.bindMemory(to: UInt.self)) }
      return (0..<Int32(words.count * UInt.bitWidth)).filter {
        words[Int($0) / UInt.bitWidth] >> (Int($0) % UInt.bitWidth) & 1 == 1
      }
    }
    set {
      var set = cpu_set_t()
      unsafe withUnsafeMutableBytes(of: &set) { bytes in
        let words = unsafe bytes.bindMemory(to: UInt.self)
        for processor in newValue.map(Int.init) {
          unsafe words[processor / UInt.bitWidth] |= 1 << (processor % UInt.bitWidth)
        }
      }
      _ = unsafe sched_setaffinity(0, MemoryLayout<cpu_set_t>.size, &set)
    }
  }
}
