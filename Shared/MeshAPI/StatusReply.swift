public import MessagePack

/// The mesh at one moment.
///
/// As JSON (`Encodable`), the stages are an object by their names.
public struct StatusReply: MessagePackMessage, Hashable {
  public struct Stage: MessagePackMessage, Hashable, Encodable {
    public var name: String
    public var queued: Int
    public var inFlight: Int
    /// How long requests waited in the queue of late, on average; nil before the first.
    public var meanWaitMilliseconds: Double?
    /// How long the first in the queue has waited; nil when nobody waits.
    public var longestWaitMilliseconds: Double?
    /// How many batches were handed out, by their sizes.
    public var batches: [String: Int]
    public var workers: [Worker]

    private enum CodingKeys: String, CodingKey {
      case name, queued, batches, workers
      case inFlight = "in_flight"
      case meanWaitMilliseconds = "mean_wait_ms"
      case longestWaitMilliseconds = "longest_wait_ms"
    }

    public init(
      name: String, queued: Int, inFlight: Int, meanWaitMilliseconds: Double? = nil,
      longestWaitMilliseconds: Double? = nil, batches: [String: Int] = [:], workers: [Worker]
    ) {
      self.name = name
      self.queued = queued
      self.inFlight = inFlight
      self.meanWaitMilliseconds = meanWaitMilliseconds
      self.longestWaitMilliseconds = longestWaitMilliseconds
      self.batches = batches
      self.workers = workers
    }

    public init(from map: MessagePackMap) throws(MessagePackError) {
      name = try map.decode("name")
      queued = try map.decode("queued")
      inFlight = try map.decode("in_flight")
      meanWaitMilliseconds = try map.decodeIfPresent("mean_wait_ms")
      longestWaitMilliseconds = try map.decodeIfPresent("longest_wait_ms")
      batches = try map.decodeIfPresent("batches") ?? [:]
      workers = try map.decode("workers")
    }

    public func encode(into map: inout MessagePackMapWriter) {
      map.encode("name", name)
      map.encode("queued", queued)
      map.encode("in_flight", inFlight)
      map.encodeIfPresent("mean_wait_ms", meanWaitMilliseconds)
      map.encodeIfPresent("longest_wait_ms", longestWaitMilliseconds)
      map.encode("batches", batches)
      map.encode("workers", workers)
    }
  }

  public struct Worker: MessagePackMessage, Hashable, Encodable {
    public var id: UInt64
    public var pid: Int
    public var host: String
    /// "idle", "busy" or "draining"; "silent" or "stalled" while it gets no work because it does not
    /// answer or does not get on.
    public var state: String
    public var build: String
    public var inFlight: Int
    /// Tasks ended since it registered.
    public var done: Int
    /// The resident memory of its process, as it said last.
    public var memoryBytes: Int?
    public var identity: StageIdentity

    private enum CodingKeys: String, CodingKey {
      case id, pid, host, state, build, done, identity
      case inFlight = "in_flight"
      case memoryBytes = "memory_bytes"
    }

    public init(
      id: UInt64, pid: Int, host: String, state: String, build: String, inFlight: Int, done: Int,
      memoryBytes: Int? = nil, identity: StageIdentity
    ) {
      self.memoryBytes = memoryBytes
      self.id = id
      self.pid = pid
      self.host = host
      self.state = state
      self.build = build
      self.inFlight = inFlight
      self.done = done
      self.identity = identity
    }

    public init(from map: MessagePackMap) throws(MessagePackError) {
      id = try map.decode("id")
      pid = try map.decode("pid")
      host = try map.decode("host")
      state = try map.decode("state")
      build = try map.decode("build")
      inFlight = try map.decode("in_flight")
      done = try map.decode("done")
      memoryBytes = try map.decodeIfPresent("memory_bytes")
      identity = try map.decode("identity")
    }

    public func encode(into map: inout MessagePackMapWriter) {
      map.encode("id", id)
      map.encode("pid", pid)
      map.encode("host", host)
      map.encode("state", state)
      map.encode("build", build)
      map.encode("in_flight", inFlight)
      map.encode("done", done)
      map.encodeIfPresent("memory_bytes", memoryBytes)
      map.encode("identity", identity)
    }
  }

  /// Whether every stage that the configuration asks for has a worker that takes work.
  public var ready: Bool
  public var draining: Bool
  /// The dispatcher's process and version.
  public var pid: Int
  public var build: String
  public var uptimeSeconds: Double
  public var stages: [Stage]
  /// Requests held now, and the bytes of their payloads.
  public var requests: Int
  public var bytes: Int
  /// What the bytes grow to before they leave, as far as is known; what admission counts.
  public var reservedBytes: Int
  /// The resident memory of the dispatcher's process.
  public var memoryBytes: Int
  /// The most that is held, by the same names: "requests" and "bytes".
  public var limits: [String: Int]
  /// How many requests were answered after so many attempts.
  public var attempts: [String: Int]
  /// What has happened since the start: "admitted", "rejected", "completed", "failed" and so on.
  public var counters: [String: Int]
  /// Where Prometheus reads the dispatcher's metrics; nil: nowhere.
  public var metrics: String?

  public init(
    ready: Bool, draining: Bool, pid: Int, build: String, uptimeSeconds: Double, stages: [Stage],
    requests: Int, bytes: Int, reservedBytes: Int = 0, memoryBytes: Int = 0,
    limits: [String: Int], attempts: [String: Int] = [:], counters: [String: Int],
    metrics: String? = nil
  ) {
    self.reservedBytes = reservedBytes
    self.memoryBytes = memoryBytes
    self.attempts = attempts
    self.ready = ready
    self.draining = draining
    self.pid = pid
    self.build = build
    self.uptimeSeconds = uptimeSeconds
    self.stages = stages
    self.requests = requests
    self.bytes = bytes
    self.limits = limits
    self.counters = counters
    self.metrics = metrics
  }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    ready = try map.decode("ready")
    draining = try map.decode("draining")
    pid = try map.decode("pid")
    build = try map.decode("build")
    uptimeSeconds = try map.decode("uptime_seconds")
    stages = try map.decode("stages")
    requests = try map.decode("requests")
    bytes = try map.decode("bytes")
    reservedBytes = try map.decodeIfPresent("reserved_bytes") ?? bytes
    memoryBytes = try map.decodeIfPresent("memory_bytes") ?? 0
    attempts = try map.decodeIfPresent("attempts") ?? [:]
    limits = try map.decode("limits")
    counters = try map.decode("counters")
    metrics = try map.decodeIfPresent("metrics")
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("ready", ready)
    map.encode("draining", draining)
    map.encode("pid", pid)
    map.encode("build", build)
    map.encode("uptime_seconds", uptimeSeconds)
    map.encode("stages", stages)
    map.encode("requests", requests)
    map.encode("bytes", bytes)
    map.encode("reserved_bytes", reservedBytes)
    map.encode("memory_bytes", memoryBytes)
    map.encode("attempts", attempts)
    map.encode("limits", limits)
    map.encode("counters", counters)
    map.encodeIfPresent("metrics", metrics)
  }
}

/// The status as programs read it from `status --json`.
extension StatusReply: Encodable {
  private enum CodingKeys: String, CodingKey {
    case ready, draining, pid, build, stages, requests, bytes, limits, attempts, counters, metrics
    case reservedBytes = "reserved_bytes"
    case memoryBytes = "memory_bytes"
    case uptimeSeconds = "uptime_seconds"
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(ready, forKey: .ready)
    try container.encode(draining, forKey: .draining)
    try container.encode(pid, forKey: .pid)
    try container.encode(build, forKey: .build)
    try container.encode(uptimeSeconds, forKey: .uptimeSeconds)
    let byName = Dictionary(stages.map { ($0.name, $0) }) { first, _ in first }
    try container.encode(byName, forKey: .stages)
    try container.encode(requests, forKey: .requests)
    try container.encode(bytes, forKey: .bytes)
    try container.encode(reservedBytes, forKey: .reservedBytes)
    try container.encode(memoryBytes, forKey: .memoryBytes)
    try container.encode(attempts, forKey: .attempts)
    try container.encode(limits, forKey: .limits)
    try container.encode(counters, forKey: .counters)
    try container.encodeIfPresent(metrics, forKey: .metrics)
  }
}
