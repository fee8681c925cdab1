public import MessagePack

/// Asks for a ``StatusReply``.
public struct StatusRequest: MessagePackMessage, Hashable {
  public init() {}
  public init(from map: MessagePackMap) throws(MessagePackError) {}
  public func encode(into map: inout MessagePackMapWriter) {}
}

/// Asks a worker, or everything, to finish what it has and leave.
public struct DrainRequest: MessagePackMessage, Hashable {
  /// The worker's number, as `status` shows it; nil: the whole mesh, which takes no more requests
  /// from now on.
  public var worker: UInt64?

  public init(worker: UInt64? = nil) { self.worker = worker }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    worker = try map.decodeIfPresent("worker")
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encodeIfPresent("worker", worker)
  }
}

/// What was to be drained is empty.
public struct DrainReply: MessagePackMessage, Hashable {
  public init() {}
  public init(from map: MessagePackMap) throws(MessagePackError) {}
  public func encode(into map: inout MessagePackMapWriter) {}
}

/// What a supervisor tells of its processes.
public struct ReportRequest: MessagePackMessage, Hashable {
  /// How often processes were started again since the supervisor began, by their roles.
  public var restarts: [String: Int]

  public init(restarts: [String: Int]) { self.restarts = restarts }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    restarts = try map.decode("restarts")
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("restarts", restarts)
  }
}

/// It is noted.
public struct ReportReply: MessagePackMessage, Hashable {
  public init() {}
  public init(from map: MessagePackMap) throws(MessagePackError) {}
  public func encode(into map: inout MessagePackMapWriter) {}
}
