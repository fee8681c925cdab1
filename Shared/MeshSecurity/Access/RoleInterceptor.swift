public import GRPCCore
import ZeroMQTransport

/// Refuses holders of keys what their role may not call, before anything of a call is read.
///
/// Who calls without a key is on this machine and may reach the socket: such a caller may do what
/// its user may.
public struct RoleInterceptor: ServerInterceptor {
  public init() {}

  /// - Throws: `RPCError` with code PERMISSION_DENIED.
  public func intercept<Input: Sendable, Output: Sendable>(
    request: StreamingServerRequest<Input>, context: ServerContext,
    next:
      @Sendable (StreamingServerRequest<Input>, ServerContext) async throws ->
      StreamingServerResponse<Output>
  ) async throws -> StreamingServerResponse<Output> {
    if case .keyholder(let holder)? = context.transportSpecific as? ZeroMQPeer {
      let method = context.descriptor.fullyQualifiedMethod
      guard let role = KeyRole(rawValue: holder.role), MethodAccess.allows(role, method) else {
        throw RPCError(
          code: .permissionDenied,
          message: "\(holder.name) may not call \(method) with a key of the role \(holder.role)")
      }
    }
    return try await next(request, context)
  }
}
