internal import COneDNN

extension OneDNN {
  /// Sets how many OpenMP threads the primitives that the calling thread makes and runs will use.
  ///
  /// OpenMP keeps one such number, and one team of threads, for each thread that calls it: make
  /// and run primitives on one thread (see ``ComputeThread``), or teams pile up.
  public static func setThreadCount(_ count: Int) { omp_set_num_threads(Int32(clamping: count)) }

  /// How many OpenMP threads the calling thread's primitives use.
  public static var threadCount: Int { Int(omp_get_max_threads()) }

  /// Cuts 0 ..< count into one range a thread and works on them at the same time, on the threads
  /// that the calling thread's primitives use. A second team would fight with that one, which
  /// waits for its next work in a loop.
  ///
  /// `body` may write only to what belongs to its range.
  static func forEachShard(of count: Int, _ body: (Range<Int>) -> Void) {
    withoutActuallyEscaping(body) { body in
      let work = Work(count: count, body: body)
      unsafe GOMP_parallel(
        { work in
          let work = unsafe Unmanaged<Work>.fromOpaque(work!).takeUnretainedValue()
          let (thread, threads) = (Int(omp_get_thread_num()), Int(omp_get_num_threads()))
          let range = work.count * thread / threads..<work.count * (thread + 1) / threads
          if !range.isEmpty { work.body(range) }
        }, Unmanaged.passUnretained(work).toOpaque(), 0, 0)
    }
  }

  private final class Work {
    let count: Int
    let body: (Range<Int>) -> Void

    init(count: Int, body: @escaping (Range<Int>) -> Void) {
      self.count = count
      self.body = body
    }
  }
}
