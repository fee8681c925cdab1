public import MessagePack

/// The supervisor and its processes at one moment.
public struct SupervisorStatusReply: MessagePackMessage, Hashable, Encodable {
  public struct Process: MessagePackMessage, Hashable, Encodable {
    /// Such as "encoder-2".
    public var name: String
    /// The stage's name, or "dispatcher".
    public var role: String
    /// While it lives.
    public var pid: Int?
    /// "starting", "running" (it takes work), "stopping", or "waiting" to be started again.
    public var state: String
    /// Whether it runs with the present settings. One that does not is about to be replaced.
    public var current: Bool
    /// Whether it has ended unasked again and again.
    public var crashLoop: Bool
    /// How often it was started again.
    public var restarts: Int
    /// Since it was started last.
    public var uptimeSeconds: Double?
    /// How it ended unasked the last time.
    public var lastExit: String?
    /// Its resident memory, while it lives.
    public var memoryBytes: Int?

    private enum CodingKeys: String, CodingKey {
      case name, role, pid, state, current, restarts
      case crashLoop = "crash_loop"
      case uptimeSeconds = "uptime_seconds"
      case lastExit = "last_exit"
      case memoryBytes = "memory_bytes"
    }

    public init(
      name: String, role: String, pid: Int?, state: String, current: Bool, crashLoop: Bool,
      restarts: Int, uptimeSeconds: Double?, lastExit: String?,
      memoryBytes: Int? = nil
    ) {
      self.memoryBytes = memoryBytes
      self.name = name
      self.role = role
      self.pid = pid
      self.state = state
      self.current = current
      self.crashLoop = crashLoop
      self.restarts = restarts
      self.uptimeSeconds = uptimeSeconds
      self.lastExit = lastExit
    }

    public init(from map: MessagePackMap) throws(MessagePackError) {
      name = try map.decode("name")
      role = try map.decode("role")
      pid = try map.decodeIfPresent("pid")
      state = try map.decode("state")
      current = try map.decode("current")
      crashLoop = try map.decode("crash_loop")
      restarts = try map.decode("restarts")
      uptimeSeconds = try map.decodeIfPresent("uptime_seconds")
      lastExit = try map.decodeIfPresent("last_exit")
      memoryBytes = try map.decodeIfPresent("memory_bytes")
    }

    public func encode(into map: inout MessagePackMapWriter) {
      map.encode("name", name)
      map.encode("role", role)
      map.encodeIfPresent("pid", pid)
      map.encode("state", state)
      map.encode("current", current)
      map.encode("crash_loop", crashLoop)
      map.encode("restarts", restarts)
      map.encodeIfPresent("uptime_seconds", uptimeSeconds)
      map.encodeIfPresent("last_exit", lastExit)
      map.encodeIfPresent("memory_bytes", memoryBytes)
    }
  }

  /// The supervisor's own.
  public var pid: Int
  public var uptimeSeconds: Double
  public var stopping: Bool
  /// How many processes each role is to have.
  public var counts: [String: Int]
  public var processes: [Process]

  private enum CodingKeys: String, CodingKey {
    case pid, stopping, counts, processes
    case uptimeSeconds = "uptime_seconds"
  }

  public init(
    pid: Int, uptimeSeconds: Double, stopping: Bool, counts: [String: Int], processes: [Process]
  ) {
    self.pid = pid
    self.uptimeSeconds = uptimeSeconds
    self.stopping = stopping
    self.counts = counts
    self.processes = processes
  }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    pid = try map.decode("pid")
    uptimeSeconds = try map.decode("uptime_seconds")
    stopping = try map.decode("stopping")
    counts = try map.decode("counts")
    processes = try map.decode("processes")
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("pid", pid)
    map.encode("uptime_seconds", uptimeSeconds)
    map.encode("stopping", stopping)
    map.encode("counts", counts)
    map.encode("processes", processes)
  }
}
