import NIOCore
import Synchronization

/// How many connections a door has open.
final class ConnectionCount: Sendable {
  private let limit: Int
  private let count = Mutex(0)

  init(limit: Int) { self.limit = limit }

  /// Counts a connection until it closes; closes it where there are as many as may be.
  func add(_ channel: any Channel) -> EventLoopFuture<Void> {
    let isRoom = count.withLock { count in
      count += 1
      return count <= limit
    }
    channel.closeFuture.whenComplete { [self] _ in count.withLock { $0 -= 1 } }
    return isRoom ? channel.eventLoop.makeSucceededVoidFuture() : channel.close()
  }
}
