import GRPCCore
import MessagePack
import Testing

@testable import ZeroMQTransport

/// Both sides of a stream and the wire between them, without any I/O.
private struct Pair {
  var client: StreamState
  var server: StreamState?
  let coalesce: Bool
  let serverRules: StreamRules

  // What is on the way, in order.
  var toServer: [StreamOutgoing] = []
  var toClient: [StreamOutgoing] = []

  // What was accepted from the writers, and what the readers got.
  var written: (requests: [MessageBytes], responses: [MessageBytes]) = ([], [])
  var read: (requests: [MessageBytes], responses: [MessageBytes]) = ([], [])
  var clientStatus: Status?
  var serverSawEnd = false

  init(using generator: inout SeededGenerator) {
    var options = ZeroMQTransportOptions()
    options.window = StreamWindow(
      messages: .random(in: 1...100, using: &generator),
      bytes: .random(in: 1...8_000_000, using: &generator))
    let type = MethodDescriptor.RPCType.allCases.randomElement(using: &generator)
    let method = MethodDescriptor(fullyQualifiedService: "s", method: "m", type: type)
    let rules = StreamRules(options: options, method: method, call: .defaults)
    client = StreamState(client: rules)
    coalesce = rules.coalesce
    options.window = StreamWindow(
      messages: .random(in: 1...100, using: &generator),
      bytes: .random(in: 1...8_000_000, using: &generator))
    var serverRules = StreamRules(options: options)
    serverRules.coalesce = rules.coalesce
    self.serverRules = serverRules
  }

  /// Messages that the other side has sent and nobody has read never exceed the window by more
  /// than one, and only then go over its bytes.
  func checkBounds() {
    for state in [client, server].compactMap(\.self) where !(state.role == .client && coalesce) {
      // The opening request is allowed what one wire message holds.
      let most = max(64, state.rules.window.messages)
      guard state.unread.messages > (state.rules.coalesce ? 254 : most) else { continue }
      Issue.record("\(state.unread.messages) messages are unread")
    }
  }

  /// Whether nothing can happen any more.
  var isDone: Bool {
    guard toServer.isEmpty, toClient.isEmpty, !client.hasOutgoing, server?.hasOutgoing != true
    else { return false }
    var client = client
    switch client.next() {
    case .finished, .failed: return true
    case .part, .wait: return false
    }
  }

  mutating func deliverToServer() {
    guard !toServer.isEmpty else { return }
    let outgoing = toServer.removeFirst()
    if let metadata = outgoing.metadata {
      server = StreamState(server: serverRules, metadata: metadata)
      server!.receiveRequest(outgoing.messages, end: outgoing.halfClose, opening: true)
    } else if !outgoing.messages.isEmpty || outgoing.halfClose {
      server?.receiveRequest(outgoing.messages, end: outgoing.halfClose, opening: false)
    }
    if outgoing.cancel {
      server?.fail(RPCError(code: .cancelled, message: "by the client"), announce: .nobody)
    }
    if let window = outgoing.window { server?.receive(window) }
  }

  mutating func deliverToClient() {
    guard !toClient.isEmpty else { return }
    let outgoing = toClient.removeFirst()
    if outgoing.metadata != nil || !outgoing.messages.isEmpty || outgoing.ending != nil {
      client.receiveResponse(
        metadata: outgoing.metadata, messages: outgoing.messages, ending: outgoing.ending)
    }
    if let window = outgoing.window { client.receive(window) }
  }

  mutating func flushClient() {
    while client.hasOutgoing { toServer.append(client.takeOutgoing()) }
  }

  mutating func flushServer() {
    while server?.hasOutgoing == true { toClient.append(server!.takeOutgoing()) }
  }

  mutating func readAtClient() {
    switch client.next() {
    case .part(.message(let message)): read.responses.append(message)
    case .part(.end(let ending)): clientStatus = ending?.status
    case .part(.metadata), .finished, .failed, .wait: break
    }
  }

  mutating func readAtServer() {
    switch server?.next() {
    case .part(.message(let message)): read.requests.append(message)
    case .finished: serverSawEnd = true
    case .part, .failed, .wait, nil: break
    }
  }
}

@Suite("Streams without I/O")
struct StreamStateTests {
  /// Messages of sizes that matter to windows; who they are is told by their memory.
  private static let messages = [1, 1, 100, 100, 1_000_000, 6_000_000].map {
    MessageBytes(repeating: 0, count: $0)
  }

  @Test("any order of events keeps the promises", arguments: 0..<300)
  func random(seed: UInt64) {
    var generator = SeededGenerator(state: seed)
    var pair = Pair(using: &generator)
    var wroteMetadata = false
    for _ in 0..<400 {
      let message = Self.messages.randomElement(using: &generator)!
      switch Int.random(in: 0..<100, using: &generator) {
      case 0..<5:
        let outcome = pair.client.write(.metadata(["a": "b"]), now: .now)
        if pair.client.lifecycle == .open { wroteMetadata = true }
        if outcome == .wait { Issue.record("metadata waits for the window") }
      case 5..<25:
        if pair.client.write(.message(message), now: .now) == .accepted {
          pair.written.requests.append(message)
        }
      case 25..<26: if wroteMetadata { _ = pair.client.write(.end(nil), now: .now) }
      case 26..<30: _ = pair.server?.write(.metadata([:]), now: .now)
      case 30..<45:
        // GRPCCore always writes the metadata first.
        _ = pair.server?.write(.metadata([:]), now: .now)
        if pair.server?.write(.message(message), now: .now) == .accepted {
          pair.written.responses.append(message)
        }
      case 45..<46:
        let ending = WireHeader.Ending(status: Status(code: .ok, message: ""), trailers: [:])
        _ = pair.server?.write(.end(ending), now: .now)
      case 46..<60: pair.deliverToServer()
      case 60..<74: pair.deliverToClient()
      case 74..<80: pair.flushClient()
      case 80..<86: pair.flushServer()
      case 86..<92: pair.readAtClient()
      case 92..<98: pair.readAtServer()
      case 98 where seed % 3 == 0:
        pair.client.fail(RPCError(code: .cancelled, message: "by the test"), announce: .peer)
      case 99 where seed % 5 == 0:
        pair.server?.fail(RPCError(code: .aborted, message: "by the test"), announce: .peer)
      default: break
      }
      pair.checkBounds()
    }

    // Let everything come to its end: whatever happened, both sides do, and nothing was reordered.
    if pair.client.lifecycle == .idle { _ = pair.client.write(.metadata([:]), now: .now) }
    for _ in 0..<2_000 where !pair.isDone {
      _ = pair.client.write(.end(nil), now: .now)
      pair.flushClient()
      pair.deliverToServer()
      pair.readAtServer()
      if pair.serverSawEnd {
        let ending = WireHeader.Ending(status: Status(code: .ok, message: ""), trailers: [:])
        _ = pair.server?.write(.end(ending), now: .now)
      }
      pair.flushServer()
      pair.deliverToClient()
      pair.readAtClient()
      pair.checkBounds()
    }
    #expect(!pair.client.hasOutgoing && pair.server?.hasOutgoing != true)
    guard case .closed(let failure) = pair.client.lifecycle else {
      Issue.record("the client's side is \(pair.client.lifecycle)")
      return
    }
    if let server = pair.server {
      guard case .closed = server.lifecycle else {
        Issue.record("the server's side is \(server.lifecycle)")
        return
      }
    }
    #expect(pair.written.requests.starts(with: pair.read.requests, by: ===))
    #expect(pair.written.responses.starts(with: pair.read.responses, by: ===))
    if failure == nil, pair.clientStatus?.code == .ok {
      #expect(pair.read.responses.count == pair.written.responses.count)
    }
  }

  @Test("a message larger than the window passes alone")
  func large() {
    let options = ZeroMQTransportOptions()
    var client = StreamState(client: StreamRules(options: options))
    #expect(client.write(.metadata([:]), now: .now) == .accepted)
    let large = MessageBytes(repeating: 0, count: 10 << 20)
    #expect(client.write(.message(large), now: .now) == .accepted)
    #expect(client.write(.message(large), now: .now) == .wait)
    client.receive(StreamWindow(messages: 0, bytes: 6 << 20))
    #expect(!client.canWrite)
    client.receive(StreamWindow(messages: 0, bytes: 1))
    #expect(client.write(.message(large), now: .now) == .accepted)
  }

  @Test("the window never overflows")
  func overflow() {
    var client = StreamState(client: StreamRules(options: ZeroMQTransportOptions()))
    for _ in 0..<10 {
      client.receive(StreamWindow(messages: .max / 2, bytes: .max / 2))
    }
    #expect(client.sendWindow.bytes == 1 << 40)
  }

  @Test("a status after the deadline says DEADLINE_EXCEEDED")
  func lateStatus() {
    let now = ContinuousClock.now
    var rules = StreamRules(options: ZeroMQTransportOptions())
    rules.deadline = now
    var server = StreamState(server: rules, metadata: [:])
    let ending = WireHeader.Ending(status: Status(code: .ok, message: ""), trailers: [:])
    #expect(server.write(.end(ending), now: now) == .accepted)
    #expect(server.takeOutgoing().ending?.status.code == .deadlineExceeded)
  }

  @Test("a status message of any length fits a header")
  func longStatus() throws {
    var server = StreamState(
      server: StreamRules(options: ZeroMQTransportOptions()), metadata: [:])
    let status = Status(code: .aborted, message: String(repeating: "é", count: 1_000_000))
    #expect(server.write(.end(.init(status: status, trailers: [:])), now: .now) == .accepted)
    let ending = server.takeOutgoing().ending
    let header = WireHeader.response(stream: .max, metadata: nil, ending: ending)
    _ = try WireHeader(decoding: header.encoded(), limits: ZeroMQLimits())
  }

  @Test("metadata that cannot be sent is refused where it is written")
  func metadata() {
    for metadata: Metadata in [
      ["schön": "x"], ["": "x"], ["a b": "x"], ["key": "\(String(repeating: "x", count: 17_000))"],
    ] {
      var client = StreamState(client: StreamRules(options: ZeroMQTransportOptions()))
      guard case .rejected(let error) = client.write(.metadata(metadata), now: .now) else {
        Issue.record("\(metadata) was accepted")
        continue
      }
      #expect(error.code == .internalError)
    }
  }
}

/// Whether two messages share their memory, which spares comparing megabytes.
private func === (lhs: MessageBytes, rhs: MessageBytes) -> Bool { lhs.buffer === rhs.buffer }
