import Hummingbird
import NIOCore
import NIOHTTPTypes
import Synchronization

/// Watches one connection: closes it when its client is too slow to ask, and tells when the client
/// goes away while it waits for an answer.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler, Sendable {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private struct State {
    var timer: Scheduled<Void>?
    var isGone = false
    var nextWaiter = 0
    var waiters: [Int: @Sendable () -> Void] = [:]
  }

  /// Until a request's head has come, from the beginning or from the answer before.
  private let headTimeout: Duration
  /// Until the rest of it has come. What reads the request says so first.
  private let bodyTimeout: Duration
  private let metrics: GatewayMetrics
  private let state = Mutex(State())

  init(headTimeout: Duration, bodyTimeout: Duration, metrics: GatewayMetrics) {
    self.headTimeout = headTimeout
    self.bodyTimeout = bodyTimeout
    self.metrics = metrics
  }

  func handlerAdded(context: ChannelHandlerContext) {
    metrics.connectionOpened()
    setTimer(headTimeout, context.channel)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    metrics.connectionClosed()
    setTimer(nil, context.channel)
    leave()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head: setTimer(bodyTimeout, context.channel)
    case .body: break
    case .end: setTimer(nil, context.channel)
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .end = unwrapOutboundIn(data) { setTimer(headTimeout, context.channel) }
    context.write(data, promise: promise)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .some(.inputClosed) = event as? ChannelEvent { leave() }
    context.fireUserInboundEventTriggered(event)
  }

  func channelInactive(context: ChannelHandlerContext) {
    leave()
    context.fireChannelInactive()
  }

  /// Runs `body`, and cancels it when the client goes away.
  func whileClientWaits<Value: Sendable>(
    _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    let task = Task { try await body() }
    let waiter = register(task)
    defer { if let waiter { forget(waiter) } }
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }

  private func register<Value: Sendable>(_ task: Task<Value, any Error>) -> Int? {
    state.withLock { state in
      if state.isGone {
        task.cancel()
        return nil
      }
      defer { state.nextWaiter += 1 }
      state.waiters[state.nextWaiter] = { task.cancel() }
      return state.nextWaiter
    }
  }

  private func forget(_ waiter: Int) { state.withLock { $0.waiters[waiter] = nil } }

  private func leave() {
    let waiters = state.withLock { state in
      defer { state.waiters = [:] }
      state.isGone = true
      return state.waiters.values
    }
    for cancel in waiters { cancel() }
  }

  private func setTimer(_ timeout: Duration?, _ channel: any Channel) {
    let timer = timeout.map { timeout in
      channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) { channel.close(promise: nil) }
    }
    let former = state.withLock { state in
      defer { state.timer = timer }
      return state.timer
    }
    former?.cancel()
  }
}

extension GatewayContext {
  /// Runs `body`, and cancels it when the client goes away.
  func whileClientWaits<Value: Sendable>(
    _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    let handler = try? await channel.pipeline.handler(type: ConnectionGuard.self).get()
    guard let handler else { throw CancellationError() }
    return try await handler.whileClientWaits(body)
  }
}
