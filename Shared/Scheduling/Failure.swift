/// Why a request ended without a result, or why a worker has to go.
public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
  /// gRPC's status codes by their names on the wire, without OK.
  public enum Code: String, Sendable, CaseIterable {
    case cancelled = "CANCELLED"
    case unknown = "UNKNOWN"
    case invalidArgument = "INVALID_ARGUMENT"
    case deadlineExceeded = "DEADLINE_EXCEEDED"
    case notFound = "NOT_FOUND"
    case alreadyExists = "ALREADY_EXISTS"
    case permissionDenied = "PERMISSION_DENIED"
    case resourceExhausted = "RESOURCE_EXHAUSTED"
    case failedPrecondition = "FAILED_PRECONDITION"
    case aborted = "ABORTED"
    case outOfRange = "OUT_OF_RANGE"
    case unimplemented = "UNIMPLEMENTED"
    case `internal` = "INTERNAL"
    case unavailable = "UNAVAILABLE"
    case dataLoss = "DATA_LOSS"
    case unauthenticated = "UNAUTHENTICATED"
  }

  public var code: Code
  /// What happened and what to do about it, for people.
  public var message: String
  /// The stage where it happened; nil where no stage had to do with it.
  public var stage: String?
  /// When asking again may help.
  public var retryAfter: Duration?

  public init(
    _ code: Code, _ message: String, stage: String? = nil, retryAfter: Duration? = nil
  ) {
    self.code = code
    self.message = message
    self.stage = stage
    self.retryAfter = retryAfter
  }

  public var description: String { "\(code.rawValue): \(message)" }
}
