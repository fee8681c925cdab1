import FoundationEssentials
import Glibc
public import Logging
public import MeshAPI

/// What `mesh.yaml` and the environment say about a mesh; every process reads the same.
///
/// ```yaml
/// addresses: [ipc:///run/user/1000/captionmesh/dispatcher.sock]
/// keys: /home/user/.config/captionmesh/keys
/// log_level: info
/// log_format: text
/// metrics: on
/// metrics_port: 9464
/// trace: /var/log/captionmesh-trace.jsonl
/// fast_decode: off
/// encoder: efficientnet-lite2
/// precision: fp32
/// store: /var/lib/captionmesh/encoders
/// model: /var/lib/captionmesh/captioner.safetensors
/// stages:
///   encode: {workers: 2, threads: 1, max_batch: 4, delay_ms: 5, queue: 64}
/// limits: {requests: 256, client_requests: 128, megabytes: 256, request_seconds: 60, window: 64}
/// gateway: {address: 127.0.0.1, port: 8080, tokens: /home/user/.config/captionmesh/tokens}
/// ```
///
/// All keys may be left out. A key that is not known is refused with its line. The environment
/// goes before the file: `CAPTIONMESH_STAGES_ENCODE_WORKERS=3`, and so on for each key.
public struct MeshConfiguration: Hashable, Sendable {
  /// A stage's processes and the queue before them.
  public struct StageSettings: Hashable, Sendable {
    /// Processes; 0 for a stage that this mesh does not have.
    public var workers = 1
    /// Threads that each process computes with; nil: the stage's processes share the cores.
    public var threads: Int?
    /// The most items that a process computes together.
    public var maximumBatch = 4
    /// How long an item may wait for others to share a batch with when every worker is busy.
    public var delay: Duration = .milliseconds(5)
    /// The places in the queue.
    public var queue = 64

    public init() {}
  }

  /// The numbers that encoders multiply, as `captionmesh-encoder --precision` explains them. Decoders
  /// multiply bfloat16 unless it is ``fp32``.
  public enum Precision: String, CaseIterable, Sendable {
    case fp32, bf16, int8, auto
  }

  /// The bounds that the dispatcher keeps.
  public struct Limits: Hashable, Sendable {
    /// Requests held at a time.
    public var requests = 256
    /// Requests of one client held at a time.
    public var clientRequests = 128
    /// Calls that one connection may have open.
    public var clientCalls = 4_096
    /// Bytes of one connection that wait for being admitted or refused.
    public var clientBytes = 64 << 20
    /// Bytes of one frame, hence of a photograph.
    public var frameBytes = 64 << 20
    /// Bytes of one message's frames together.
    public var messageBytes = 128 << 20
    /// Payload bytes held when a request is admitted.
    public var bytes = 256 << 20
    /// The longest that a request may take.
    public var requestTimeout: Duration = .seconds(60)
    /// Requests of one client's stream that are in the mesh at a time.
    public var window = 64
    /// How long a worker may hold tasks without getting on.
    public var stallTimeout: Duration = .seconds(30)
    /// How often a task is tried.
    public var attempts = 3
    /// How long a process that is asked to stop may take to finish what it has.
    public var drainTimeout: Duration = .seconds(30)

    public init() {}
  }

  /// Where the dispatcher listens; by default in the runtime directory. Workers and clients connect
  /// to the first.
  public var addresses: [String]
  /// The folder of the dispatcher's keys, for tcp of any kind; nil: the user's, for tcp beyond
  /// loopback alone.
  public var keys: String?
  public var logLevel: Logger.Level = .info
  public var logFormat = LogFormat.text
  /// The loopback port where the dispatcher's metrics are read, 0 for a free one; nil: nowhere.
  public var metricsPort: Int? = 0
  /// The file that the dispatcher writes the spans of requests to; nil: none.
  public var trace: String?
  /// Whether loaders decode photographs that are much too large at a part of their size.
  public var fastDecode = false
  /// The encoder's name in the encoder store; nil: the one that the model was trained with.
  public var encoder: String?
  /// The numbers that the encoders multiply.
  public var precision = Precision.fp32
  /// The encoder store's folder; nil: the user's.
  public var store: String?
  /// The decoder's checkpoint; nil: the one that ships.
  public var model: String?
  public var stages: [Stage: StageSettings]
  public var limits = Limits()
  public var gateway = GatewaySettings()

  /// The settings of a mesh without a file.
  public init(environment: [String: String] = [:]) throws(ServiceError) {
    try self.init(yaml: "", file: "mesh.yaml", environment: environment)
  }

  /// - Parameters:
  ///   - path: the file; nil: there is none.
  ///   - environment: what it says goes before the file.
  /// - Throws: ``ServiceError`` with code `configuration` and the line that is not as it should be.
  public static func load(
    _ path: String?, environment: [String: String] = ThisProcess.environment
  ) throws(ServiceError) -> MeshConfiguration {
    guard let path else { return try MeshConfiguration(environment: environment) }
    let yaml: String
    do {
      yaml = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw ServiceError(.configuration, "\(path): cannot be read as UTF-8 text")
    }
    return try MeshConfiguration(yaml: yaml, file: path, environment: environment)
  }

  /// - Parameters:
  ///   - yaml: what the file says.
  ///   - file: the file's name, for messages.
  ///   - environment: what it says goes before the file.
  /// - Throws: ``ServiceError`` with code `configuration` and the line that is not as it should be.
  public init(
    yaml: String, file: String, environment: [String: String]
  ) throws(ServiceError) {
    var root = try ConfigurationSection(yaml: yaml, file: file, environment: environment)
    if let listed = try root.strings("addresses") {
      addresses = listed
    } else {
      let directory = RuntimeDirectory(
        environment: environment, workingDirectory: FileManager.default.currentDirectoryPath)
      addresses = [try directory.dispatcherAddress]
    }
    keys = try root.string("keys")
    if let level = try root.choice("log_level", among: Logger.Level.self) { logLevel = level }
    if let format = try root.choice("log_format", among: LogFormat.self) { logFormat = format }
    let metrics = try root.choice("metrics", among: Switch.self) ?? .on
    let port = try root.integer("metrics_port", in: 0...65_535) ?? 0
    metricsPort = metrics == .on ? port : nil
    trace = try root.string("trace")
    fastDecode = try root.choice("fast_decode", among: Switch.self) == .on
    encoder = try root.string("encoder")
    if let choice = try root.choice("precision", among: Precision.self) { precision = choice }
    store = try root.string("store")
    model = try root.string("model")

    var section = try root.section("stages")
    stages = [:]
    for stage in Stage.allCases {
      var settings = try section.section(stage.rawValue)
      stages[stage] = try StageSettings(of: stage, &settings)
      try settings.finish()
    }
    try section.finish()

    var bounds = try root.section("limits")
    limits = try Limits(&bounds)
    try bounds.finish()

    var door = try root.section("gateway")
    gateway = try GatewaySettings(&door)
    try door.finish()
    try root.finish()
  }
}

enum Switch: String, CaseIterable {
  case on, off
}

extension MeshConfiguration.StageSettings {
  init(of stage: Stage, _ section: inout ConfigurationSection) throws(ServiceError) {
    // Encoding is most of the work, and two processes are quicker than one with two threads.
    if stage == .encode { workers = min(2, ThisProcess.cores) }
    // Scores are of a whole corpus, and a mesh is ready without them.
    if stage == .score { maximumBatch = 1 }
    if let value = try section.integer("workers", in: 0...64) { workers = value }
    if let value = try section.integer("threads", in: 1...256) { threads = value }
    if let value = try section.integer("max_batch", in: 1...256) { maximumBatch = value }
    if let value = try section.integer("delay_ms", in: 0...10_000) { delay = .milliseconds(value) }
    if let value = try section.integer("queue", in: 1...100_000) { queue = value }
  }
}

extension MeshConfiguration.Limits {
  init(_ section: inout ConfigurationSection) throws(ServiceError) {
    if let value = try section.integer("requests", in: 1...100_000) { requests = value }
    if let value = try section.integer("client_requests", in: 1...100_000) {
      clientRequests = value
    }
    if let value = try section.integer("client_calls", in: 1...100_000) { clientCalls = value }
    if let value = try section.integer("client_megabytes", in: 1...1_000_000) {
      clientBytes = value << 20
    }
    if let value = try section.integer("frame_megabytes", in: 1...1_024) {
      frameBytes = value << 20
    }
    if let value = try section.integer("message_megabytes", in: 1...2_048) {
      messageBytes = value << 20
    }
    if let value = try section.integer("megabytes", in: 1...1_000_000) { bytes = value << 20 }
    if let value = try section.integer("request_seconds", in: 1...86_400) {
      requestTimeout = .seconds(value)
    }
    if let value = try section.integer("window", in: 1...10_000) { window = value }
    if let value = try section.integer("stall_seconds", in: 1...86_400) {
      stallTimeout = .seconds(value)
    }
    if let value = try section.integer("attempts", in: 1...100) { attempts = value }
    if let value = try section.integer("drain_seconds", in: 1...86_400) {
      drainTimeout = .seconds(value)
    }
  }
}
