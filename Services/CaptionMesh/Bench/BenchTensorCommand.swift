import ArgumentParser
import GRPCCore
import Logging
import MeshAPI
import MessagePack
import ServiceKit
import Synchronization
import Tensor

/// `captionmesh bench tensor`.
struct BenchTensorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tensor",
    abstract: "Time a tensor from one worker through the dispatcher to the next, over ipc.",
    discussion: """
      From a loader's handing over an image tensor to an encoder's having it before itself, each \
      with a connection of its own. Nothing is computed.
      """)

  @Option(help: "Rows and columns of the tensor, float32 [3, rows, columns]; 365 make 1.6 MB.")
  var size = 365

  @Option(help: "Tensors, one after the other.")
  var count = 300

  @OptionGroup var output: BenchOutput

  func validate() throws {
    guard count > 0, (1...4096).contains(size) else {
      throw ValidationError("--count starts at 1, and --size is in 1...4096")
    }
  }

  func run() async throws {
    let warm = 30
    let times = try await BenchDispatcher.run { [count, size] dispatcher, client in
      let times = HandoverTimes()
      let tensor = Tensor([3, size, size], of: Float.self) { _ in }
      return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await Self.work(HandingOver(tensor: tensor, times: times), dispatcher) }
        group.addTask { try await Self.work(Receiving(times: times), dispatcher) }
        group.addTask { try await Self.work(Ending(), dispatcher) }
        let captioner = Captioner.Client(client)
        var options = CallOptions.defaults
        options.timeout = .seconds(20)
        for id in 0..<warm + count {
          _ = try await captioner.caption(
            CaptionRequest(id: "\(id)", image: MessageBytes([0]), name: "\(id)"), options: options)
        }
        group.cancelAll()
        return times.all
      }
    }
    try output.print("a tensor of \(size * size * 12) bytes", Array(times.dropFirst(warm)))
  }

  private static func work(
    _ worker: some StageWorker, _ dispatcher: BenchDispatcher
  ) async throws {
    var logger = Logger(label: "bench")
    logger.logLevel = .error
    try await withGRPCClient(transport: dispatcher.transport()) { [logger] client in
      try await WorkerRunner(worker: worker, client: client, logger: logger).run()
    }
  }
}

/// When tensors left and how long they were on their way.
private final class HandoverTimes: Sendable {
  private let state = Mutex((sent: ContinuousClock.now, times: [Duration]()))

  func leave() { state.withLock { $0.sent = .now } }
  func arrive() { state.withLock { $0.times.append(.now - $0.sent) } }
  var all: [Duration] { state.withLock { $0.times } }
}

private struct HandingOver: StageWorker {
  let tensor: Tensor
  let times: HandoverTimes
  let stage = Stage.load
  let identity = StageIdentity(produces: "bench")
  let maximumBatch = 1

  func process(_ batch: [StageItem<LoadInput>]) async -> [Result<ImageTensor, ItemError>] {
    times.leave()
    return batch.map { _ in .success(ImageTensor(tensor)) }
  }
}

private struct Receiving: StageWorker {
  let times: HandoverTimes
  let stage = Stage.encode
  let identity = StageIdentity(expects: "bench", produces: "bench")
  let maximumBatch = 1

  func process(_ batch: [StageItem<ImageTensor>]) async -> [Result<FeatureGrid, ItemError>] {
    times.arrive()
    let features = Tensor([1, 1], of: Float16.self) { _ in }
    return batch.map { _ in
      .success(FeatureGrid(features: features, grid: Grid(rows: 1, columns: 1)))
    }
  }
}

private struct Ending: StageWorker {
  let stage = Stage.decode
  let identity = StageIdentity(expects: "bench")
  let maximumBatch = 1

  func process(_ batch: [StageItem<FeatureGrid>]) async -> [Result<CaptionResult, ItemError>] {
    batch.map {
      .success(
        CaptionResult(
          caption: "", tokens: [], logProbability: 0, finished: true, grid: $0.input.grid))
    }
  }
}
