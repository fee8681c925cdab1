import NIOCore
import NIOEmbedded
import NIOHPACK
import NIOHTTP2
import Testing

@testable import Gateway

@Suite("Streams of calls over HTTP/2")
struct StreamGuardTests {
  private let budget = BodyBudget(limit: 100)
  private let ledger: StreamLedger
  private let channel: EmbeddedChannel

  init() throws {
    ledger = StreamLedger(budget)
    channel = EmbeddedChannel()
    try channel.pipeline.syncOperations.addHandler(StreamGuard(ledger, timeout: .seconds(2)))
  }

  private func receive(_ count: Int, of length: Int? = nil) throws {
    var bytes = ByteBuffer()
    if let length {
      bytes.writeInteger(UInt8(0))
      bytes.writeInteger(UInt32(length))
    }
    bytes.writeRepeatingByte(7, count: count)
    try channel.writeInbound(HTTP2Frame.FramePayload.data(.init(data: .byteBuffer(bytes))))
  }

  /// What the stream was reset with.
  private func reset() throws -> HTTP2ErrorCode? {
    guard case .rstStream(let code)? = try channel.readOutbound(as: HTTP2Frame.FramePayload.self)
    else { return nil }
    return code
  }

  @Test func whatThereIsNoRoomForResetsTheStream() throws {
    try receive(60, of: 200)
    #expect(try reset() == nil)
    try receive(60)
    #expect(try reset() == .enhanceYourCalm)
    // The rest is not looked at.
    try receive(1_000)
    #expect(budget.bytes == 65)
    _ = try channel.finish()
    #expect(budget.bytes == 0)
  }

  @Test func aMessageThatTakesTooLongResetsTheStream() throws {
    try receive(10, of: 20)
    channel.embeddedEventLoop.advanceTime(by: .seconds(1))
    // Another byte now and then does not help.
    try receive(1)
    #expect(try reset() == nil)
    channel.embeddedEventLoop.advanceTime(by: .seconds(1))
    #expect(try reset() == .cancel)
  }

  @Test func aStreamMayWaitBetweenMessages() throws {
    try receive(20, of: 20)
    channel.embeddedEventLoop.advanceTime(by: .seconds(60))
    try receive(5, of: 20)
    channel.embeddedEventLoop.advanceTime(by: .seconds(1))
    try receive(15)
    channel.embeddedEventLoop.advanceTime(by: .seconds(60))
    #expect(try reset() == nil)
  }

  @Test func itsNameIsNotTheClients() throws {
    let headers = HPACKHeaders([(":path", "/a"), (StreamLedger.header, "17")])
    try channel.writeInbound(HTTP2Frame.FramePayload.headers(.init(headers: headers)))
    let payload = try channel.readInbound(as: HTTP2Frame.FramePayload.self)
    guard case .headers(let passed)? = payload else {
      Issue.record("no headers")
      return
    }
    #expect(passed.headers[StreamLedger.header] == ["0"])
    try receive(20, of: 20)
    // What has gone on is not held any more, and not more than was.
    ledger.share(of: "0")?.give(20)
    #expect(budget.bytes == 5)
    ledger.share(of: "0")?.give(20)
    #expect(budget.bytes == 0)
    _ = try channel.finish()
    #expect(ledger.share(of: "0") == nil)
  }

  @Test(arguments: 1...12)
  func messagesAreFoundHoweverTheyAreCut(size: Int) {
    let stream: [UInt8] =
      [0, 0, 0, 0, 3, 1, 2, 3] + [0, 0, 0, 0, 0] + [1, 0, 0, 1, 0]
      + [UInt8](repeating: 9, count: 256)
    var message = PartialMessage()
    for start in stride(from: 0, to: stream.count, by: size) {
      let end = min(start + size, stream.count)
      message.append(ByteBuffer(bytes: stream[start..<end]).readableBytesView)
      #expect(message.isPartial == ![8, 13, stream.count].contains(end))
    }
  }
}
