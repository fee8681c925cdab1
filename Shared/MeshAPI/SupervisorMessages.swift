public import MessagePack

/// Sets how many processes stages have.
public struct ScaleRequest: MessagePackMessage, Hashable {
  /// By the stages' names.
  public var counts: [String: Int]

  public init(counts: [String: Int]) { self.counts = counts }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    counts = try map.decode("counts")
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("counts", counts)
  }
}

/// The numbers are set.
public struct ScaleReply: MessagePackMessage, Hashable {
  public init() {}
  public init(from map: MessagePackMap) throws(MessagePackError) {}
  public func encode(into map: inout MessagePackMapWriter) {}
}

/// Ends every process.
public struct StopRequest: MessagePackMessage, Hashable {
  public init() {}
  public init(from map: MessagePackMap) throws(MessagePackError) {}
  public func encode(into map: inout MessagePackMapWriter) {}
}

/// Everything is about to end.
public struct StopReply: MessagePackMessage, Hashable {
  public init() {}
  public init(from map: MessagePackMap) throws(MessagePackError) {}
  public func encode(into map: inout MessagePackMapWriter) {}
}

/// Asks for a ``SupervisorStatusReply``.
public struct SupervisorStatusRequest: MessagePackMessage, Hashable {
  public init() {}
  public init(from map: MessagePackMap) throws(MessagePackError) {}
  public func encode(into map: inout MessagePackMapWriter) {}
}
