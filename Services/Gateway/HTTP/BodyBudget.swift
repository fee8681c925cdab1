import Synchronization

/// How many bytes of requests are held at a time.
final class BodyBudget: Sendable {
  let limit: Int
  private let used = Mutex(0)

  init(limit: Int) { self.limit = limit }

  var bytes: Int { used.withLock { $0 } }

  /// A part of the budget, given back with the value.
  final class Share: Sendable {
    private let budget: BodyBudget
    private let count = Mutex(0)

    fileprivate init(_ budget: BodyBudget) { self.budget = budget }

    /// - Throws: ``Problem`` that says to come back when there is no room.
    func take(_ bytes: Int) throws(Problem) {
      let isTaken = budget.used.withLock { used in
        guard used + bytes <= budget.limit else { return false }
        used += bytes
        return true
      }
      guard isTaken else {
        throw .busy("the gateway holds as many photographs as it may; try again")
      }
      count.withLock { $0 += bytes }
    }

    /// Gives back what has gone on.
    func give(_ bytes: Int) {
      let given = count.withLock { count in
        let given = min(bytes, count)
        count -= given
        return given
      }
      budget.used.withLock { $0 -= given }
    }

    deinit {
      let bytes = count.withLock { $0 }
      budget.used.withLock { $0 -= bytes }
    }
  }

  func share() -> Share { Share(self) }
}
