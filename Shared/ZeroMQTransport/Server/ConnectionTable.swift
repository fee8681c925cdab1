/// Which connections a server has, and which client each belongs to. It does no I/O.
///
/// libzmq tells of a connection's end by its file descriptor, and of a message's origin, too.
/// Descriptors are used again, hence the order matters: what libzmq has told must be entered
/// before a message is looked up.
struct ConnectionTable {
  /// The client of each open connection, as soon as it has sent something.
  private var clients: [Int32: PeerID?] = [:]

  /// A connection was made.
  mutating func opened(_ descriptor: Int32) {
    clients[descriptor] = .some(nil)
  }

  /// A connection came to its end. Returns whose it was.
  mutating func closed(_ descriptor: Int32) -> PeerID? {
    clients.removeValue(forKey: descriptor) ?? nil
  }

  /// Enters whose connection it is that a message came by.
  ///
  /// - Returns: false when the connection is no more, and no answer will arrive.
  mutating func claim(_ descriptor: Int32, by client: PeerID) -> Bool {
    guard clients[descriptor] != nil else { return false }
    clients[descriptor] = client
    return true
  }
}
