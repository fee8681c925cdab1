public import GRPCCore

/// gRPC's status codes by the names that messages and people use.
extension RPCError.Code {
  private static let names: [(name: String, code: RPCError.Code)] = [
    ("CANCELLED", .cancelled), ("UNKNOWN", .unknown), ("INVALID_ARGUMENT", .invalidArgument),
    ("DEADLINE_EXCEEDED", .deadlineExceeded), ("NOT_FOUND", .notFound),
    ("ALREADY_EXISTS", .alreadyExists), ("PERMISSION_DENIED", .permissionDenied),
    ("RESOURCE_EXHAUSTED", .resourceExhausted), ("FAILED_PRECONDITION", .failedPrecondition),
    ("ABORTED", .aborted), ("OUT_OF_RANGE", .outOfRange), ("UNIMPLEMENTED", .unimplemented),
    ("INTERNAL", .internalError), ("UNAVAILABLE", .unavailable), ("DATA_LOSS", .dataLoss),
    ("UNAUTHENTICATED", .unauthenticated),
  ]

  /// The code's name, such as "INVALID_ARGUMENT".
  public var statusName: String {
    Self.names.first { $0.code == self }?.name ?? "UNKNOWN"
  }

  /// The code of that name; UNKNOWN for a name that gRPC does not have.
  public init(statusName: String) {
    self = Self.names.first { $0.name == statusName }?.code ?? .unknown
  }
}
