/// When a client connects, pings, and takes the server for lost. It does no I/O.
struct ClientConnection {
  typealias Instant = ContinuousClock.Instant

  enum State: Equatable {
    /// There is no socket, until the time for the next attempt. To `connecting`.
    case waiting(until: Instant)
    /// There is a socket, and no answer yet. To `ready` or `waiting`.
    case connecting(until: Instant)
    /// The server answers; `unanswered` pings went out since it last did. To `waiting`.
    case ready(nextPing: Instant, unanswered: Int, isLeaving: Bool)
  }

  enum Action: Equatable {
    case nothing
    /// Make a socket, connect it and send a ping.
    case connect
    /// Send a ping.
    case ping
    /// Close the socket: the server is lost, or never answered.
    case disconnect
  }

  private(set) var state: State
  private let pingInterval: Duration
  private let missedPings: Int
  /// How long one attempt may take.
  private let attemptTimeout: Duration
  /// Attempts since the server last answered.
  private var attempts = 0

  init(options: ZeroMQTransportOptions, now: Instant) {
    state = .waiting(until: now)
    pingInterval = options.pingInterval
    missedPings = options.missedPings
    attemptTimeout = options.connectTimeout
  }

  /// Whether new streams may be sent.
  var acceptsStreams: Bool {
    if case .ready(_, _, isLeaving: false) = state { true } else { false }
  }

  /// Whether the server has said goodbye.
  var isLeaving: Bool {
    if case .ready(_, _, isLeaving: true) = state { true } else { false }
  }

  /// When ``tick(now:)`` is due next.
  var nextTick: Instant {
    switch state {
    case .waiting(let until), .connecting(let until): until
    case .ready(let nextPing, _, _): nextPing
    }
  }

  /// Time has passed.
  mutating func tick(now: Instant) -> Action {
    guard nextTick <= now else { return .nothing }
    switch state {
    case .waiting:
      state = .connecting(until: now + attemptTimeout)
      return .connect
    case .connecting:
      return disconnected(now: now)
    case .ready(_, let unanswered, let isLeaving):
      if unanswered >= missedPings { return disconnected(now: now) }
      state = .ready(
        nextPing: now + pingInterval, unanswered: unanswered + 1, isLeaving: isLeaving)
      return .ping
    }
  }

  /// Something of this protocol came from the server.
  mutating func heard(now: Instant) {
    switch state {
    case .waiting: break
    case .connecting:
      attempts = 0
      state = .ready(nextPing: now + pingInterval, unanswered: 0, isLeaving: false)
    case .ready(let nextPing, _, let isLeaving):
      state = .ready(nextPing: nextPing, unanswered: 0, isLeaving: isLeaving)
    }
  }

  /// The server is shutting down: open streams go on, others wait for the next server.
  mutating func heardGoodbye() {
    guard case .ready(let nextPing, let unanswered, _) = state else { return }
    state = .ready(nextPing: nextPing, unanswered: unanswered, isLeaving: true)
  }

  /// The connection broke, could not be made, or is given up.
  mutating func disconnected(now: Instant) -> Action {
    if case .waiting = state { return .nothing }
    // 20 ms, doubled with each attempt up to 640 ms.
    let delay = Duration.milliseconds(20 << min(attempts, 5))
    attempts += 1
    state = .waiting(until: now + delay)
    return .disconnect
  }
}
