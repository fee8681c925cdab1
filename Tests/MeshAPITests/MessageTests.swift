import GRPCCore
import MeshAPI
import MessagePack
import Tensor
import Testing

/// What is packed is unpacked again, and the keys on the wire are those that clients rely on.
@Suite struct MessageTests {
  private func roundTrip<Message: MessagePackMessage>(_ message: Message) throws -> Message {
    try Message(from: MessagePackValue(unpacking: MessagePackWriter.pack(message)))
  }

  private func keys(_ message: some MessagePackMessage) throws -> [String] {
    try MessagePackValue(unpacking: MessagePackWriter.pack(message)).map().pairs().map(\.key)
  }

  @Test func aRequestNeedsNothingButItsImage() throws {
    let bytes = try MessagePackWriter.pack(["image": MessageBytes([1, 2])])
    let request = try CaptionRequest(from: MessagePackValue(unpacking: bytes))
    #expect(request.image.array == [1, 2])
    #expect(request.id == "")
    #expect(request.name == "")
    #expect(request.options == DecodeOptions(beam: 3, maximumLength: nil, attention: false))
  }

  @Test func aRequestGoesThere() throws {
    let request = CaptionRequest(
      id: "7", image: MessageBytes([1]), name: "dog.jpg",
      options: DecodeOptions(beam: 5, maximumLength: 20, attention: true))
    let copy = try roundTrip(request)
    #expect(copy.id == "7")
    #expect(copy.image == request.image)
    #expect(copy.name == "dog.jpg")
    #expect(copy.options == request.options)
    #expect(
      try keys(request) == ["id", "image", "name", "beam", "max_length", "attention"])
  }

  @Test(arguments: ["beam", "max_length"], [0, -1, 1_000_000])
  func optionsBeyondTheirBoundsAreRefused(key: String, value: Int) throws {
    let bytes = try MessagePackWriter.pack([key: value])
    let error = #expect(throws: MessagePackError.self) {
      try DecodeOptions(from: MessagePackValue(unpacking: bytes))
    }
    #expect(error?.keyPath == key)
  }

  @Test func aCaptionComesBackWithItsAttention() throws {
    let attention = Tensor([2, 4], (0..<8).map(Float.init))
    let reply = CaptionReply(
      id: "7",
      result: .success(
        CaptionResult(
          caption: "A dog runs.", tokens: ["a", "dog"], logProbability: -1.5, finished: true,
          wordLogProbabilities: [-0.5, -1], attention: attention,
          sentinel: Tensor([2], [0.25, 0.75] as [Float]), grid: Grid(rows: 2, columns: 2),
          beams: [CaptionBeam(tokens: ["a"], logProbability: -2, finished: false)])),
      attempts: 2, milliseconds: .init(load: 1, encode: 2, decode: 3, queue: 4))
    let copy = try roundTrip(reply)
    let caption = try copy.result.get()
    #expect(copy.id == "7")
    #expect(copy.attempts == 2)
    #expect(copy.milliseconds == reply.milliseconds)
    #expect(caption.caption == "A dog runs.")
    #expect(caption.tokens == ["a", "dog"])
    #expect(caption.logProbability == -1.5)
    #expect(caption.finished)
    #expect(caption.attention?.array(of: Float.self) == attention.array(of: Float.self))
    #expect(caption.sentinel?.array(of: Float.self) == [0.25, 0.75])
    #expect(caption.wordLogProbabilities == [-0.5, -1])
    #expect(
      caption.beams == [CaptionBeam(tokens: ["a"], logProbability: -2, finished: false)])
    #expect(caption.grid == Grid(rows: 2, columns: 2))
    #expect(
      try keys(reply) == [
        "id", "caption", "tokens", "log_probability", "finished", "attention", "sentinel", "grid",
        "word_log_probabilities", "beams", "attempts", "milliseconds",
      ])
  }

  @Test func anErrorComesBackWithItsStage() throws {
    let error = ItemError(
      .resourceExhausted, "too much", stage: "load", retryAfterMilliseconds: 50)
    let reply = CaptionReply(id: "7", result: .failure(error), attempts: 0)
    let copy = try roundTrip(reply)
    #expect(throws: error) { try copy.result.get() }
    #expect(try keys(reply) == ["id", "error", "attempts", "milliseconds"])
  }

  @Test(arguments: 1...16)
  func statusCodesCrossByName(number: Int) throws {
    let code = try #require(Status.Code(rawValue: number).flatMap { RPCError.Code($0) })
    #expect(RPCError.Code(statusName: code.statusName) == code)
    #expect(code.statusName == code.statusName.uppercased())
  }

  @Test func anUnknownStatusNameIsUnknown() {
    #expect(RPCError.Code(statusName: "OK") == .unknown)
  }

  @Test func everythingThatAWorkerSaysGoesThere() throws {
    let hello = WorkerHello(
      stage: .encode, capacity: 8, maximumBatch: 4, build: "1", pid: 12, host: "here",
      identity: StageIdentity(expects: "p", produces: "f", hashes: ["weights": "ab"]))
    guard case .hello(hello) = try roundTrip(WorkerMessage.hello(hello)),
      case .credit(4) = try roundTrip(WorkerMessage.credit(4)),
      case .result(let output) = try roundTrip(
        WorkerMessage.result(
          TaskOutput(task: 3, payload: .packed(MessageBytes([9])), milliseconds: 1.5))),
      case .failure(let failure) = try roundTrip(
        WorkerMessage.failure(TaskFailure(task: 3, error: ItemError(.internalError, "no")))),
      case .heartbeat(WorkerHeartbeat(progress: 5)) = try roundTrip(
        WorkerMessage.heartbeat(WorkerHeartbeat(progress: 5))),
      case .goodbye = try roundTrip(WorkerMessage.goodbye)
    else {
      Issue.record("a message changed on its way")
      return
    }
    #expect(output.task == 3)
    #expect(try output.payload.bytes().array == [9])
    #expect(output.milliseconds == 1.5)
    #expect(failure == TaskFailure(task: 3, error: ItemError(.internalError, "no")))
  }

  @Test func everythingThatADispatcherSaysGoesThere() throws {
    let welcome = WorkerWelcome(worker: 2, heartbeatMilliseconds: 500)
    let task = TaskInput(
      id: 1, batch: 2, batchCount: 3, stage: "decode", deadlineMilliseconds: 400,
      options: DecodeOptions(beam: 7), payload: .packed(MessageBytes([9])))
    guard case .welcome(welcome) = try roundTrip(DispatcherMessage.welcome(welcome)),
      case .task(let copy) = try roundTrip(DispatcherMessage.task(task)),
      case .cancel(8) = try roundTrip(DispatcherMessage.cancel(8)),
      case .drain = try roundTrip(DispatcherMessage.drain)
    else {
      Issue.record("a message changed on its way")
      return
    }
    #expect(copy.id == 1)
    #expect(copy.batch == 2)
    #expect(copy.batchCount == 3)
    #expect(copy.stage == "decode")
    #expect(copy.deadlineMilliseconds == 400)
    #expect(copy.options == DecodeOptions(beam: 7))
    #expect(try copy.payload.bytes().array == [9])
  }

  @Test func aPayloadThatIsNotPackedYetArrivesPacked() throws {
    let image = LoadInput(image: MessageBytes([1, 2, 3]), name: "dog.jpg")
    let output = TaskOutput(task: 1, payload: .message(image), milliseconds: 0)
    let payload = try roundTrip(output).payload.bytes()
    #expect(try payload == MessagePackWriter.pack(image))
  }

  @Test func messagesOfAnotherKindAreRefused() throws {
    let bytes = try MessagePackValue(unpacking: MessagePackWriter.pack(["hullo": 1]))
    #expect(throws: MessagePackError.self) { try WorkerMessage(from: bytes) }
    #expect(throws: MessagePackError.self) { try DispatcherMessage(from: bytes) }
    #expect(throws: MessagePackError.self) { try ScoreRequest(from: bytes) }
  }

  @Test func tensorsOfAnotherShapeAreRefused() throws {
    let gray = ImageTensor(Tensor([2, 4, 4], [Float](repeating: 0, count: 32)))
    #expect(throws: MessagePackError.self) { try roundTrip(gray) }
    let features = Tensor([3, 2], [Float16](repeating: 0, count: 6))
    let grid = FeatureGrid(features: features, grid: Grid(rows: 2, columns: 2))
    #expect(throws: MessagePackError.self) { try roundTrip(grid) }
    let wide = FeatureGrid(features: features, grid: Grid(rows: .max, columns: 3))
    #expect(throws: MessagePackError.self) { try roundTrip(wide) }
    #expect(
      try roundTrip(FeatureGrid(features: features, grid: Grid(rows: 3, columns: 1)))
        .features.shape == [3, 2])
  }

  @Test func anImageOfBytesAndTheirLevelsIsTheSameAsOneOfNumbers() throws {
    let levels = (0..<3 * 256).map { Float($0) / 7 - 50 }
    let bytes = (0..<3 * 20 * 30).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 / 256) }
    let numbers = bytes.enumerated().map { levels[$0.offset / 600 * 256 + Int($0.element)] }
    let shape: Shape = [3, 20, 30]
    let compact = try roundTrip(
      ImageTensor(Tensor(shape, bytes), levels: Tensor([3, 256], levels)))
    let plain = try roundTrip(ImageTensor(Tensor(shape, numbers)))
    let batch = ImageTensor.batch([plain, compact, plain])
    #expect(batch.shape == [3, 3, 20, 30])
    for image in 0..<3 { #expect(batch[image].array(of: Float.self) == numbers) }
  }

  @Test func bytesWithoutTheirLevelsAreRefused() throws {
    let bytes = Tensor([3, 4, 4], [UInt8](repeating: 0, count: 48))
    let numbers = Tensor([3, 4, 4], [Float](repeating: 0, count: 48))
    let levels = Tensor([3, 256], [Float](repeating: 0, count: 768))
    #expect(try roundTrip(ImageTensor(bytes, levels: levels)).levels != nil)
    #expect(throws: MessagePackError.self) { try roundTrip(ImageTensor(bytes)) }
    #expect(throws: MessagePackError.self) { try roundTrip(ImageTensor(numbers, levels: levels)) }
    for wrong in [
      levels.reshaped(to: [256, 3]), Tensor([3, 255], [Float](repeating: 0, count: 765)),
      Tensor([3, 256], [UInt8](repeating: 0, count: 768)),
    ] {
      #expect(throws: MessagePackError.self) { try roundTrip(ImageTensor(bytes, levels: wrong)) }
    }
  }

  @Test func aCorpusGoesThereAndItsScoresComeBack() throws {
    let options = ScoreOptions(method: .nltk, smoothing: 4, smooth: "exp", tokenize: .ptb)
    let item = ScoreItem(candidate: "a dog", references: ["the dog", "a dog"])
    #expect(try roundTrip(ScoreRequest.options(options)) == .options(options))
    #expect(try roundTrip(ScoreRequest.item(item)) == .item(item))
    let input = ScoreInput(options: options, items: [item, item])
    #expect(try roundTrip(input) == input)
    let reply = ScoreReply(bleu: [0.4, 0.3, 0.2, 0.1], rougeL: 0.5, cider: 0.6, count: 2)
    #expect(try roundTrip(reply) == reply)
    #expect(try keys(reply) == ["bleu", "rouge_l", "cider", "count"])
  }

  @Test func controlAndHealthGoThere() throws {
    #expect(try roundTrip(DrainRequest(worker: 3)).worker == 3)
    #expect(try roundTrip(DrainRequest()).worker == nil)
    #expect(try roundTrip(HealthCheckRequest(service: "s")).service == "s")
    #expect(try roundTrip(HealthCheckResponse(.notServing)).status == .notServing)
  }
}
