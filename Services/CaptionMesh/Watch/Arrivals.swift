/// The photographs that have come into a folder, and when each is complete. It does no I/O.
///
/// A file whose writer has closed it is taken when it has stayed the same for a moment, since some
/// programs write in several goes. One that was found lying there may still be on its way, so that
/// it is taken when it has not changed for some time.
struct Arrivals {
  typealias Instant = ContinuousClock.Instant

  /// How a file was noticed.
  enum Evidence {
    /// Whoever wrote it has closed it, or moved it here.
    case closed
    /// It was there when the folder was looked through.
    case found

    /// How long it has to stay the same.
    var patience: Duration { self == .closed ? .milliseconds(200) : .seconds(2) }
  }

  /// What changes when a file does.
  struct Stamp: Hashable {
    var size: Int
    var seconds: Int
    var nanoseconds: Int
  }

  private struct Arrival {
    var evidence: Evidence
    var stamp: Stamp
    var due: Instant
  }

  private var arrivals: [String: Arrival] = [:]

  var isEmpty: Bool { arrivals.isEmpty }

  /// When ``take(now:stamp:)`` is worth while next; nil: nothing is waited for.
  var nextDue: Instant? { arrivals.values.map(\.due).min() }

  /// A file has come, or has been written again.
  ///
  /// - Parameter isOld: whether it was last changed so long ago that nobody writes it any more.
  mutating func notice(
    _ path: String, _ evidence: Evidence, _ stamp: Stamp, isOld: Bool = false, now: Instant
  ) {
    // What was seen to be closed stays so, however often it is found.
    let evidence = arrivals[path]?.evidence == .closed ? .closed : evidence
    arrivals[path] = Arrival(
      evidence: evidence, stamp: stamp, due: isOld ? now : now + evidence.patience)
  }

  /// A file is gone.
  mutating func forget(_ path: String) { arrivals[path] = nil }

  /// Takes the files that are complete, in the order of their names.
  ///
  /// - Parameter stamp: what a file is like now; nil: it is gone.
  mutating func take(now: Instant, stamp: (String) -> Stamp?) -> [String] {
    var complete: [String] = []
    for (path, arrival) in arrivals where arrival.due <= now {
      guard let found = stamp(path) else {
        arrivals[path] = nil
        continue
      }
      if found == arrival.stamp {
        arrivals[path] = nil
        complete.append(path)
      } else {
        arrivals[path]!.stamp = found
        arrivals[path]!.due = now + arrival.evidence.patience
      }
    }
    return complete.sorted()
  }
}
