import GRPCCore

extension ServerContext.RPCCancellationHandle {
  /// Runs an operation that ends when the call is cancelled, as GRPCCore does not do by itself.
  ///
  /// - Throws: what the operation throws, or `RPCError` with code CANCELLED.
  func ending<Value: Sendable>(
    _ operation: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
      defer { group.cancelAll() }
      group.addTask { try await operation() }
      group.addTask {
        try? await cancelled
        return nil
      }
      guard let first = try await group.next(), let value = first else {
        throw RPCError(code: .cancelled, message: "the call was cancelled")
      }
      return value
    }
  }
}
