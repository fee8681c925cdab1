import GRPCCore
import MeshAPI
import MessagePack
import Tensor

@testable import ZeroMQTransport

/// Sound messages, made by the project's own writers.
enum Seeds {
  /// The types of messages that processes send to one another.
  static let types: [any MessagePackConvertible.Type] = [
    CaptionRequest.self, CaptionReply.self, CaptionResult.self, WorkerMessage.self,
    DispatcherMessage.self, LoadInput.self, ImageTensor.self, FeatureGrid.self, EncodeRequest.self,
    ScoreRequest.self, ScoreInput.self, ScoreReply.self, StatusReply.self, DrainRequest.self,
    ScaleRequest.self, ScaleReply.self, SupervisorStatusReply.self, HealthCheckRequest.self,
    HealthCheckResponse.self,
  ]

  /// Keys of these messages.
  static let keys = [
    "id", "image", "beam", "max_length", "attention", "result", "caption", "tokens", "finished",
    "log_probability", "grid", "error", "code", "message", "retry_after_ms", "hello", "credit",
    "failure", "heartbeat", "goodbye", "payload", "milliseconds", "identity", "hashes", "welcome",
    "task", "cancel", "deadline_ms", "options", "features", "tensor", "levels", "items",
    "candidate", "references", "stages", "workers", "batches", "limits", "counters", "counts",
    "processes", "status", "SERVING", "nd", "type", "kind", "shape", "data", "<f2", "<f4",
  ]

  static let messages: [MessageBytes] = {
    let identity = StageIdentity(expects: "a", produces: "b", hashes: ["weights": "00ff"])
    let tensor = Tensor([3, 2, 2], (0..<12).map { Float($0) })
    let grid = FeatureGrid(
      features: Tensor([4, 2], (0..<8).map { Float16($0) }), grid: Grid(rows: 2, columns: 2))
    let caption = CaptionResult(
      caption: "a dog", tokens: ["a", "dog"], logProbability: -1.5, finished: true,
      attention: Tensor([2, 4], (0..<8).map { Float($0) }), grid: Grid(rows: 2, columns: 2))
    let error = ItemError(.internalError, "no", stage: "load", retryAfterMilliseconds: 5)
    let worker = StatusReply.Worker(
      id: 1, pid: 2, host: "h", state: "ready", build: "1", inFlight: 0, done: 3, memoryBytes: 4,
      identity: identity)
    let values: [any MessagePackConvertible] = [
      CaptionRequest(id: "1", image: MessageBytes([0xFF, 0xD8]), name: "a.jpg"),
      CaptionReply(id: "1", result: .success(caption), attempts: 1),
      CaptionReply(id: "1", result: .failure(error), attempts: 3),
      WorkerMessage.hello(
        WorkerHello(
          stage: .encode, capacity: 4, maximumBatch: 4, build: "1", pid: 7, host: "h",
          identity: identity)),
      WorkerMessage.credit(4), WorkerMessage.goodbye,
      WorkerMessage.result(TaskOutput(task: 1, payload: .message(grid), milliseconds: 2)),
      WorkerMessage.failure(TaskFailure(task: 1, error: error)),
      WorkerMessage.heartbeat(WorkerHeartbeat(progress: 1, memoryBytes: 2)),
      DispatcherMessage.welcome(WorkerWelcome(worker: 1, heartbeatMilliseconds: 500)),
      DispatcherMessage.task(
        TaskInput(
          id: 1, batch: 1, batchCount: 1, stage: "load", deadlineMilliseconds: 1000,
          payload: .message(LoadInput(image: MessageBytes([1]), name: "a")))),
      DispatcherMessage.cancel(1), ImageTensor(tensor), grid, tensor,
      ImageTensor(
        Tensor([3, 2, 2], [UInt8](repeating: 1, count: 12)),
        levels: Tensor([3, 256], [Float](repeating: 1, count: 768))),
      EncodeRequest(image: tensor, features: "f"),
      ScoreInput(
        options: ScoreOptions(), items: [ScoreItem(candidate: "a", references: ["a", "b"])]),
      ScoreReply(bleu: [1, 1, 1, 1], rougeL: 1, cider: 1, count: 1),
      StatusReply(
        ready: true, draining: false, pid: 1, build: "1", uptimeSeconds: 1.5,
        stages: [.init(name: "load", queued: 1, inFlight: 0, batches: ["4": 1], workers: [worker])],
        requests: 1, bytes: 2, limits: ["requests": 256], counters: ["answered": 1]),
      ScaleRequest(counts: ["encode": 3]), DrainRequest(worker: 1),
      HealthCheckRequest(service: "load"), HealthCheckResponse(.serving),
    ]
    return values.map { packed($0) }
  }()

  /// Wire messages as the target of that name divides them.
  static let frames: [[UInt8]] = {
    let metadata: Metadata = ["grpc-timeout": "5S", "a": "b", "trace-bin": .binary([1, 2])]
    let headers: [WireHeader] = [
      .request(
        stream: 1, opening: .init(method: "a.B/C", metadata: metadata, coalesce: true), end: true),
      .response(
        stream: 1, metadata: metadata,
        ending: .init(status: Status(code: .internalError, message: "no"), trailers: metadata)),
      .cancel(stream: 3), .window(stream: 1, StreamWindow(messages: 4, bytes: 100)), .ping, .pong,
      .goodbye,
    ]
    return headers.map { $0.encoded().array + [0xFE, 0xFF] + messages[0].array }
  }()

  private static func packed(_ value: some MessagePackConvertible) -> MessageBytes {
    // All of these are far below msgpack's limits.
    try! MessagePackWriter.pack(value)
  }
}
