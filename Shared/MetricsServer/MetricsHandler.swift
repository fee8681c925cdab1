import NIOCore
import NIOHTTP1

/// Ends a connection that sends more than a request may have.
final class RequestSizeLimit: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private var left: Int

  init(_ limit: Int) { left = limit }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    left -= unwrapInboundIn(data).readableBytes
    if left < 0 { context.close(promise: nil) } else { context.fireChannelRead(data) }
  }
}

/// Answers the one request of a connection.
final class MetricsHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let text: @Sendable () async -> String
  private var head: HTTPRequestHead?
  private var isAnswered = false

  init(text: @escaping @Sendable () async -> String) { self.text = text }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = self.head ?? head
    case .body: break
    case .end:
      guard let head, !isAnswered else { return }
      isAnswered = true
      answer(head, on: context.channel)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func answer(_ head: HTTPRequestHead, on channel: any Channel) {
    let path = head.uri.prefix { $0 != "?" }
    guard path == "/metrics" else {
      return Self.send(.notFound, "there is only /metrics here\n", head, on: channel)
    }
    guard head.method == .GET || head.method == .HEAD else {
      return Self.send(.methodNotAllowed, "GET /metrics\n", head, on: channel)
    }
    let text = text
    Task { @Sendable in
      let answer = await text()
      Self.send(.ok, answer, head, on: channel)
    }
  }

  private static func send(
    _ status: HTTPResponseStatus, _ text: String, _ request: HTTPRequestHead,
    on channel: any Channel
  ) {
    let headers: HTTPHeaders = [
      "Content-Type": status == .ok
        ? "text/plain; version=0.0.4; charset=utf-8" : "text/plain; charset=utf-8",
      "Content-Length": "\(text.utf8.count)", "Connection": "close",
    ]
    let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
    channel.write(HTTPServerResponsePart.head(head), promise: nil)
    if request.method != .HEAD {
      channel.write(
        HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: text))), promise: nil)
    }
    channel.writeAndFlush(HTTPServerResponsePart.end(nil)).whenComplete { _ in
      channel.close(promise: nil)
    }
  }
}
