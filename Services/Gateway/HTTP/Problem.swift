import GRPCCore
import HTTPTypes
import MeshAPI

/// Why a request is refused or failed, as HTTP says it (RFC 9457 where it is problem+json).
struct Problem: Error, Sendable {
  var status: HTTPResponse.Status
  /// gRPC's name for it, such as "INVALID_ARGUMENT".
  var code: String
  /// What is wrong and what to do about it.
  var detail: String
  /// Such as `Retry-After` and `Allow`.
  var headers: HTTPFields = [:]

  init(
    _ status: HTTPResponse.Status, _ code: RPCError.Code, _ detail: String,
    headers: HTTPFields = [:]
  ) {
    self.status = status
    self.code = code.statusName
    self.detail = detail
    self.headers = headers
  }

  static func badRequest(_ detail: String) -> Problem {
    Problem(.badRequest, .invalidArgument, detail)
  }

  static func tooLarge(_ limit: Int) -> Problem {
    Problem(
      .contentTooLarge, .resourceExhausted,
      "a request may have \(limit >> 20) MB; send smaller photographs or fewer at a time")
  }

  /// There is too much to do at this moment.
  static func busy(_ detail: String) -> Problem {
    Problem(.tooManyRequests, .resourceExhausted, detail, headers: [.retryAfter: "1"])
  }
}

extension Problem {
  /// The mesh's status as HTTP's.
  init(_ code: RPCError.Code, _ message: String, retryAfter milliseconds: Int? = nil) {
    self.init(Self.status(of: code), code, message)
    if code == .resourceExhausted || code == .unavailable {
      let seconds = max(1, ((milliseconds ?? 1_000) + 999) / 1_000)
      headers[.retryAfter] = "\(seconds)"
    }
  }

  init(_ error: RPCError) {
    let pushback = error.metadata[stringValues: "grpc-retry-pushback-ms"].first { _ in true }
    self.init(error.code, error.message, retryAfter: pushback.flatMap { Int($0) })
  }

  init(_ error: ItemError) {
    self.init(error.code, error.message, retryAfter: error.retryAfterMilliseconds)
  }

  private static func status(of code: RPCError.Code) -> HTTPResponse.Status {
    switch code {
    case .cancelled: .clientClosedRequest
    case .invalidArgument, .failedPrecondition, .outOfRange: .badRequest
    case .deadlineExceeded: .gatewayTimeout
    case .notFound: .notFound
    case .alreadyExists, .aborted: .conflict
    case .permissionDenied: .forbidden
    case .unauthenticated: .unauthorized
    case .resourceExhausted: .tooManyRequests
    case .unimplemented: .notImplemented
    case .unavailable: .serviceUnavailable
    default: .internalServerError
    }
  }
}

extension HTTPResponse.Status {
  /// The client went away; nobody reads this.
  static let clientClosedRequest = HTTPResponse.Status(
    code: 499, reasonPhrase: "Client Closed Request")
}
