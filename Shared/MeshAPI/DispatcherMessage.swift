public import MessagePack

/// What the dispatcher says to a worker: a map of one pair, whose key is the kind of message.
public enum DispatcherMessage: MessagePackMessage {
  case welcome(WorkerWelcome)
  case task(TaskInput)
  /// Nobody waits for the task of this number any more.
  case cancel(UInt64)
  /// Leave once you are done with what you hold.
  case drain

  public init(from map: MessagePackMap) throws(MessagePackError) {
    if let welcome = try map.decodeIfPresent("welcome", as: WorkerWelcome.self) {
      self = .welcome(welcome)
    } else if let task = try map.decodeIfPresent("task", as: TaskInput.self) {
      self = .task(task)
    } else if let task = try map.decodeIfPresent("cancel", as: UInt64.self) {
      self = .cancel(task)
    } else if map["drain"] != nil {
      self = .drain
    } else {
      throw MessagePackError(code: .missingKey, message: "not a message that dispatchers send")
    }
  }

  public func encode(into map: inout MessagePackMapWriter) {
    switch self {
    case .welcome(let welcome): map.encode("welcome", welcome)
    case .task(let task): map.encode("task", task)
    case .cancel(let task): map.encode("cancel", task)
    case .drain: map.encode("drain", true)
    }
  }
}

/// The worker is registered.
public struct WorkerWelcome: MessagePackMessage, Hashable {
  /// The worker's number, as `status` shows it.
  public var worker: UInt64
  /// How often the dispatcher wants to hear of the worker; after three times as long without a
  /// word it gives the worker up.
  public var heartbeatMilliseconds: Int

  public init(worker: UInt64, heartbeatMilliseconds: Int) {
    self.worker = worker
    self.heartbeatMilliseconds = heartbeatMilliseconds
  }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    worker = try map.decode("worker")
    heartbeatMilliseconds = try map.decode("heartbeat_ms")
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("worker", worker)
    map.encode("heartbeat_ms", heartbeatMilliseconds)
  }
}

/// One task of a batch.
public struct TaskInput: MessagePackMessage {
  public var id: UInt64
  /// The batch's number; its tasks come one right after the other.
  public var batch: UInt64
  /// The number of tasks in the batch.
  public var batchCount: Int
  public var stage: String
  /// The time left until nobody waits for the result.
  public var deadlineMilliseconds: Int
  /// How the caption is searched for; only decoders look at it.
  public var options: DecodeOptions
  /// What the request is called in logs.
  public var request: String?
  /// Where the task is in the request's trace (W3C Trace Context).
  public var traceparent: String?
  /// The input: what the stage before put out.
  public var payload: StagePayload

  public init(
    id: UInt64, batch: UInt64, batchCount: Int, stage: String, deadlineMilliseconds: Int,
    options: DecodeOptions = DecodeOptions(), request: String? = nil, traceparent: String? = nil,
    payload: StagePayload
  ) {
    self.id = id
    self.batch = batch
    self.batchCount = batchCount
    self.stage = stage
    self.deadlineMilliseconds = deadlineMilliseconds
    self.options = options
    self.request = request
    self.traceparent = traceparent
    self.payload = payload
  }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    id = try map.decode("id")
    batch = try map.decode("batch")
    batchCount = try map.decode("batch_count")
    stage = try map.decode("stage")
    deadlineMilliseconds = try map.decode("deadline_ms")
    options = try map.decode("options")
    request = try map.decodeIfPresent("request")
    traceparent = try map.decodeIfPresent("traceparent")
    payload = try map.decode("payload")
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("id", id)
    map.encode("batch", batch)
    map.encode("batch_count", batchCount)
    map.encode("stage", stage)
    map.encode("deadline_ms", deadlineMilliseconds)
    map.encode("options", options)
    map.encodeIfPresent("request", request)
    map.encodeIfPresent("traceparent", traceparent)
    map.encode("payload", payload)
  }
}
