import NIOCore
import NIOHPACK
import NIOHTTP2

/// Watches one call's HTTP/2 stream: resets it when there is no room for what comes, or when a message
/// takes too long to come. What has come is held until the call ends or the message has gone on.
final class StreamGuard: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame.FramePayload
  typealias InboundOut = HTTP2Frame.FramePayload
  typealias OutboundOut = HTTP2Frame.FramePayload

  private let ledger: StreamLedger
  private let name: String
  private let share: BodyBudget.Share
  private let timeout: Duration
  private var message = PartialMessage()
  private var timer: Scheduled<Void>?
  private var isReset = false

  /// - Parameter timeout: for one message to come.
  init(_ ledger: StreamLedger, timeout: Duration) {
    self.ledger = ledger
    (name, share) = ledger.open()
    self.timeout = timeout
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    timer?.cancel()
    ledger.close(name)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isReset else { return }
    switch unwrapInboundIn(data) {
    case .headers(var headers):
      headers.headers.replaceOrAdd(name: StreamLedger.header, value: name)
      context.fireChannelRead(wrapInboundOut(.headers(headers)))
    case .data(let part):
      do {
        try share.take(part.data.readableBytes)
      } catch {
        return reset(.enhanceYourCalm, context)
      }
      if case .byteBuffer(let bytes) = part.data { message.append(bytes.readableBytesView) }
      watch(context)
      context.fireChannelRead(data)
    default: context.fireChannelRead(data)
    }
  }

  private func watch(_ context: ChannelHandlerContext) {
    guard message.isPartial else {
      timer?.cancel()
      timer = nil
      return
    }
    guard timer == nil else { return }
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(timeout)) {
      self.reset(.cancel, context)
    }
  }

  private func reset(_ code: HTTP2ErrorCode, _ context: ChannelHandlerContext) {
    isReset = true
    context.writeAndFlush(wrapOutboundOut(.rstStream(code)), promise: nil)
  }
}

/// Where gRPC's messages begin and end, each behind five bytes of which four are its length.
struct PartialMessage {
  private var prefix: [UInt8] = []
  private var missing = 0

  /// Whether one has begun to come and not come to its end.
  var isPartial: Bool { missing > 0 || !prefix.isEmpty }

  mutating func append(_ bytes: ByteBufferView) {
    var rest = bytes
    while !rest.isEmpty {
      if missing == 0 {
        prefix.append(rest.removeFirst())
        guard prefix.count == 5 else { continue }
        missing = prefix.dropFirst().reduce(0) { $0 << 8 | Int($1) }
        prefix = []
      } else {
        let count = min(missing, rest.count)
        rest = rest.dropFirst(count)
        missing -= count
      }
    }
  }
}
