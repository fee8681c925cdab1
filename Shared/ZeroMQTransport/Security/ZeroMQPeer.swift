public import GRPCCore

/// Who calls, in `ServerContext.transportSpecific` of each RPC of a ``ZeroMQServerTransport``.
public enum ZeroMQPeer: Hashable, Sendable, ServerContext.TransportSpecific {
  /// Somebody on this machine, who reached the socket without a key.
  case local
  /// The holder of a key.
  case keyholder(PeerIdentity)
}
