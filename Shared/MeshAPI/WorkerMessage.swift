public import MessagePack

/// What a worker says to the dispatcher: a map of one pair, whose key is the kind of message.
///
/// A `hello` comes first. Every task ends in a `result` or a `failure`, cancelled ones too, and
/// credit is given for each anew.
public enum WorkerMessage: MessagePackMessage {
  case hello(WorkerHello)
  /// There is room for so many tasks more.
  case credit(Int)
  case result(TaskOutput)
  case failure(TaskFailure)
  case heartbeat(WorkerHeartbeat)
  /// The worker leaves once it is done with what it holds, and wants nothing more.
  case goodbye

  public init(from map: MessagePackMap) throws(MessagePackError) {
    if let hello = try map.decodeIfPresent("hello", as: WorkerHello.self) {
      self = .hello(hello)
    } else if let count = try map.decodeIfPresent("credit", as: Int.self) {
      self = .credit(count)
    } else if let output = try map.decodeIfPresent("result", as: TaskOutput.self) {
      self = .result(output)
    } else if let failure = try map.decodeIfPresent("failure", as: TaskFailure.self) {
      self = .failure(failure)
    } else if let heartbeat = try map.decodeIfPresent("heartbeat", as: WorkerHeartbeat.self) {
      self = .heartbeat(heartbeat)
    } else if map["goodbye"] != nil {
      self = .goodbye
    } else {
      throw MessagePackError(code: .missingKey, message: "not a message that workers send")
    }
  }

  public func encode(into map: inout MessagePackMapWriter) {
    switch self {
    case .hello(let hello): map.encode("hello", hello)
    case .credit(let count): map.encode("credit", count)
    case .result(let output): map.encode("result", output)
    case .failure(let failure): map.encode("failure", failure)
    case .heartbeat(let heartbeat): map.encode("heartbeat", heartbeat)
    case .goodbye: map.encode("goodbye", true)
    }
  }
}

/// Who a worker is and what it can do.
public struct WorkerHello: MessagePackMessage, Hashable {
  /// The stage's name. A stage that the dispatcher does not know is refused, not malformed.
  public var stage: String
  /// The most tasks that the worker holds at a time.
  public var capacity: Int
  /// The most tasks that it computes together.
  public var maximumBatch: Int
  /// The version of the program.
  public var build: String
  public var pid: Int
  public var host: String
  public var identity: StageIdentity

  public init(
    stage: Stage, capacity: Int, maximumBatch: Int, build: String, pid: Int, host: String,
    identity: StageIdentity = StageIdentity()
  ) {
    self.stage = stage.rawValue
    self.capacity = capacity
    self.maximumBatch = maximumBatch
    self.build = build
    self.pid = pid
    self.host = host
    self.identity = identity
  }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    stage = try map.decode("stage")
    capacity = try map.decode("capacity")
    maximumBatch = try map.decode("max_batch")
    build = try map.decode("build")
    pid = try map.decode("pid")
    host = try map.decode("host")
    identity = try map.decode("identity")
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("stage", stage)
    map.encode("capacity", capacity)
    map.encode("max_batch", maximumBatch)
    map.encode("build", build)
    map.encode("pid", pid)
    map.encode("host", host)
    map.encode("identity", identity)
  }
}

/// What a worker made of a task.
public struct TaskOutput: MessagePackMessage {
  public var task: UInt64
  /// The output, which the dispatcher passes on without looking inside.
  public var payload: StagePayload
  /// The task's share of the time that its batch was computed in.
  public var milliseconds: Double

  public init(task: UInt64, payload: StagePayload, milliseconds: Double) {
    self.task = task
    self.payload = payload
    self.milliseconds = milliseconds
  }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    task = try map.decode("task")
    payload = try map.decode("payload")
    milliseconds = try map.decode("milliseconds")
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("task", task)
    map.encode("payload", payload)
    map.encode("milliseconds", milliseconds)
  }
}

/// Why a worker made nothing of a task. UNAVAILABLE says that another worker may.
public struct TaskFailure: MessagePackMessage, Hashable {
  public var task: UInt64
  public var error: ItemError

  public init(task: UInt64, error: ItemError) {
    self.task = task
    self.error = error
  }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    task = try map.decode("task")
    error = try ItemError(from: map)
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("task", task)
    error.encode(into: &map)
  }
}

/// The worker lives, and how far it has come.
public struct WorkerHeartbeat: MessagePackMessage, Hashable {
  /// Grows whenever the worker gets on with its work.
  public var progress: Int
  /// The resident memory of its process.
  public var memoryBytes: Int?

  public init(progress: Int, memoryBytes: Int? = nil) {
    self.progress = progress
    self.memoryBytes = memoryBytes
  }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    progress = try map.decode("progress")
    memoryBytes = try map.decodeIfPresent("memory_bytes")
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("progress", progress)
    map.encodeIfPresent("memory_bytes", memoryBytes)
  }
}
