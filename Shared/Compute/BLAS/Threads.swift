private import COpenBLAS
private import Dispatch
private import Synchronization

/// Threads of numerical work.
public enum Parallel {
  /// How many threads each matrix product may use by itself. One where whole shards of work run
  /// side by side under ``forEach(_:_:)``.
  public static func setThreadsPerProduct(_ count: Int) {
    openblas_set_num_threads(Int32(count))
  }

  /// Calls `body` with 0 ..< count, at most `count` at a time, and returns when all are done.
  ///
  /// `body` may write only to what belongs to its index.
  public static func forEach(_ count: Int, _ body: @Sendable (Int) -> Void) {
    if count == 1 { return body(0) }
    DispatchQueue.concurrentPerform(iterations: count, execute: body)
  }

  /// Calls `body` with each element and its index, at most `threads` at a time (by default all), and
  /// returns what it returned, in the elements' order.
  public static func map<Element: Sendable, Result: Sendable>(
    _ elements: [Element], threads: Int? = nil, _ body: @Sendable (Int, Element) -> Result
  ) -> [Result] {
    let results = Mutex([Result?](repeating: nil, count: elements.count))
    let next = Atomic(0)
    forEach(min(threads ?? elements.count, elements.count)) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if index >= elements.count { return }
        let result = body(index, elements[index])
        results.withLock { $0[index] = result }
      }
    }
    // Every index was written.
    return results.withLock { $0.map { $0! } }
  }

  /// Cuts 0 ..< count into one range a thread and works on them at the same time.
  public static func forEachShard(
    of count: Int, threads: Int, _ body: @Sendable (Range<Int>) -> Void
  ) {
    forEach(threads) { index in
      let range = count * index / threads..<count * (index + 1) / threads
      if !range.isEmpty { body(range) }
    }
  }
}
