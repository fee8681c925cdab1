import GRPCCore
import Testing

@testable import ZeroMQTransport

@Suite("Liveness without I/O")
struct ConnectionStateTests {
  private let start = ContinuousClock.now

  private func ready() -> ClientConnection {
    var connection = ClientConnection(options: ZeroMQTransportOptions(), now: start)
    #expect(connection.tick(now: start) == .connect)
    connection.heard(now: start)
    #expect(connection.acceptsStreams)
    return connection
  }

  @Test("a server that answers stays, one that misses three pings is lost")
  func pings() {
    var connection = ready()
    var now = start
    for _ in 0..<10 {
      now += .milliseconds(500)
      #expect(connection.tick(now: now) == .ping)
      connection.heard(now: now)
    }
    for _ in 0..<3 {
      now += .milliseconds(500)
      #expect(connection.tick(now: now) == .ping)
    }
    now += .milliseconds(500)
    #expect(connection.tick(now: now) == .disconnect)
    #expect(!connection.acceptsStreams)
  }

  @Test("a client that was itself held up does not take the server for lost")
  func heldUp() {
    var connection = ready()
    #expect(connection.tick(now: start + .seconds(60)) == .ping)
    #expect(connection.acceptsStreams)
  }

  @Test("attempts are made ever more seldom until the server answers")
  func backoff() {
    var connection = ClientConnection(options: ZeroMQTransportOptions(), now: start)
    var now = start
    var delays: [Duration] = []
    for _ in 0..<8 {
      now = connection.nextTick
      #expect(connection.tick(now: now) == .connect)
      #expect(connection.disconnected(now: now) == .disconnect)
      delays.append(now.duration(to: connection.nextTick))
    }
    #expect(delays == [20, 40, 80, 160, 320, 640, 640, 640].map { .milliseconds($0) })
    #expect(connection.tick(now: connection.nextTick) == .connect)
    connection.heard(now: now)
    #expect(connection.disconnected(now: now) == .disconnect)
    #expect(now.duration(to: connection.nextTick) == .milliseconds(20))
  }

  @Test("an attempt that gets no answer is given up")
  func attemptTimeout() {
    var connection = ClientConnection(options: ZeroMQTransportOptions(), now: start)
    #expect(connection.tick(now: start) == .connect)
    #expect(connection.tick(now: start + .milliseconds(4_999)) == .nothing)
    #expect(connection.tick(now: start + .seconds(5)) == .disconnect)
  }

  @Test("after goodbye no new streams go to the server")
  func goodbye() {
    var connection = ready()
    connection.heardGoodbye()
    #expect(!connection.acceptsStreams && connection.isLeaving)
    connection.heard(now: start)
    #expect(connection.isLeaving)
  }

  @Test("any order of events leaves it able to connect again", arguments: 0..<200)
  func random(seed: UInt64) {
    var generator = SeededGenerator(state: seed)
    var connection = ClientConnection(options: ZeroMQTransportOptions(), now: start)
    var now = start
    var hasSocket = false
    func apply(_ action: ClientConnection.Action) {
      switch action {
      case .connect:
        #expect(!hasSocket)
        hasSocket = true
      case .disconnect:
        #expect(hasSocket)
        hasSocket = false
      case .ping: #expect(hasSocket)
      case .nothing: break
      }
    }
    for _ in 0..<300 {
      now += .milliseconds(Int.random(in: 0...1_000, using: &generator))
      switch Int.random(in: 0..<5, using: &generator) {
      case 0, 1: apply(connection.tick(now: now))
      case 2: if hasSocket { connection.heard(now: now) }
      case 3: if hasSocket { connection.heardGoodbye() }
      default: apply(connection.disconnected(now: now))
      }
      #expect(hasSocket || !connection.acceptsStreams)
    }
    while !hasSocket {
      now = connection.nextTick
      apply(connection.tick(now: now))
    }
    connection.heard(now: now)
    if !connection.isLeaving { #expect(connection.acceptsStreams) }
  }

  @Test("a server expects pings only of clients that have pinged")
  func heartbeat() {
    var silent = Heartbeat()
    silent.heard(ping: false)
    #expect((0..<5).map { _ in silent.tick(limit: 3) } == [false, false, false, false, false])
    var client = Heartbeat()
    client.heard(ping: true)
    #expect((0..<3).map { _ in client.tick(limit: 3) } == [false, false, false])
    client.heard(ping: false)
    #expect((0..<4).map { _ in client.tick(limit: 3) } == [false, false, false, true])
  }
}
