public import MeshAPI

/// Finds the processes that live and do not do what they are for, as the dispatcher sees them. It
/// does no I/O.
public struct ProgressWatch: Sendable {
  /// How long a process may be without work to do or answers to give before it counts as stuck. A
  /// worker that lost the dispatcher is back within a second or two.
  public var patience: Duration

  private var dispatcher: Int32?
  private var missingSince: [Int32: Duration] = [:]

  public init(patience: Duration = .seconds(10)) { self.patience = patience }

  /// The processes that are stuck: at once those that the dispatcher says make no progress, and
  /// after a while those that it hears nothing of; itself when it does not answer.
  ///
  /// - Parameters:
  ///   - asked: the ids of the processes that have worked before.
  ///   - status: nil when the dispatcher does not answer.
  ///   - now: since any one moment.
  public mutating func stuck(
    among asked: Set<Int32>, _ status: StatusReply?, at now: Duration
  ) -> Set<Int32> {
    var stalled: Set<Int32> = []
    let missing: Set<Int32>
    if let status {
      dispatcher = Int32(truncatingIfNeeded: status.pid)
      let workers = status.stages.flatMap(\.workers)
      func pids(_ states: Set<String>) -> Set<Int32> {
        Set(workers.filter { states.contains($0.state) }.map { Int32(truncatingIfNeeded: $0.pid) })
      }
      stalled = asked.intersection(pids(["stalled"]))
      missing = asked.subtracting(pids(["idle", "busy", "draining"])).subtracting([dispatcher!])
    } else {
      // Nothing is known of the others.
      missing = asked.intersection(dispatcher.map { [$0] } ?? [])
    }
    missingSince = missingSince.filter { missing.contains($0.key) }
    for pid in missing where missingSince[pid] == nil { missingSince[pid] = now }
    return stalled.union(missing.filter { now - missingSince[$0]! >= patience })
  }
}
