import Compute
import Decoders
import Foundation
import Tensor
import Testing
import Training
import Vocabulary

@Suite("Training runs")
struct TrainerTests {
  private struct Stop: Error {}

  /// The largest difference between parameters of the same names.
  private func difference(_ one: ParameterSet<Float>, _ other: ParameterSet<Float>) -> Float {
    one.names.map { name in
      zip(one[name].elements, other[name].elements).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }.max()!
  }

  private func withFile<R>(_ body: (String) throws -> R) throws -> R {
    let path = FileManager.default.temporaryDirectory.appending(
      path: "training-\(UUID().uuidString).safetensors"
    ).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  @Test(
    "a run that was stopped in the middle of an epoch goes on bit for bit",
    arguments: DecoderConfiguration.Architecture.allCases, TrainingOptions.Objective.allCases)
  func resumption(
    architecture: DecoderConfiguration.Architecture, objective: TrainingOptions.Objective
  ) throws {
    let configuration = ToyTraining.configuration(architecture)
    var options = ToyTraining.options
    options.objective = objective
    let straight = ToyTraining.trainer(configuration, options)
    var totals: [PassResult] = []
    while !straight.isDone {
      totals.append(try straight.runEpoch())
      _ = straight.record(score: 0.5)
    }

    try withFile { path in
      let stopped = ToyTraining.trainer(configuration, options)
      _ = try stopped.runEpoch()
      _ = stopped.record(score: 0.5)
      #expect(throws: Stop.self) {
        try stopped.runEpoch {
          if stopped.state.stepInEpoch == 2 {
            try stopped.save(to: path)
            throw Stop()
          }
        }
      }
      let resumed = ToyTraining.trainer(configuration, options)
      try resumed.restore(from: path)
      #expect(resumed.state.epoch == 1 && resumed.state.stepInEpoch == 2)
      var last = PassResult()
      while !resumed.isDone {
        last = try resumed.runEpoch()
        _ = resumed.record(score: 0.5)
      }
      #expect(last == totals.last)
      #expect(difference(straight.parameters, resumed.parameters) == 0)
      #expect(difference(straight.averaged, resumed.averaged) == 0)
      #expect(straight.state == resumed.state)
    }
  }

  @Test("the same seed gives the same weights, another one others")
  func seeds() throws {
    let configuration = ToyTraining.configuration(.attend)
    func train(seed: UInt64) throws -> ParameterSet<Float> {
      var options = ToyTraining.options
      options.seed = seed
      let trainer = ToyTraining.trainer(configuration, options)
      try trainer.runEpoch()
      return trainer.parameters
    }
    let first = try train(seed: 1)
    #expect(try difference(first, train(seed: 1)) == 0)
    #expect(try difference(first, train(seed: 2)) > 0.001)
  }

  @Test(
    "every architecture and cell learns to tell classes apart",
    arguments: DecoderConfiguration.Architecture.allCases, RecurrentCell.allCases)
  func learning(architecture: DecoderConfiguration.Architecture, cell: RecurrentCell) throws {
    if architecture == .adaptive, cell != .lstm { return }
    var options = ToyTraining.options
    options.epochs = 25
    options.pass.outputDropout = 0.1
    options.scheduledSampling = 0
    let trainer = ToyTraining.trainer(ToyTraining.configuration(architecture, cell), options)
    while !trainer.isDone { try trainer.runEpoch() }
    let search = BeamSearch(width: 3, maximumLength: 10, vocabulary: ToyTraining.vocabulary)
    let maps = (0..<3).map { ToyTraining.features(TrainingImage(index: $0, view: 0)) }
    let found = search.captions(FeatureBatch(maps), with: trainer.averagedDecoder)
    for (image, caption) in found.enumerated() {
      let words = ToyTraining.vocabulary.words(of: caption.best.words).joined(separator: " ")
      #expect(ToyTraining.captions[image].contains(words), "“\(words)” for image \(image)")
    }
  }

  @Test("self-critical training raises the reward", arguments: [0, 2.0])
  func selfCritical(bleuReward: Double) throws {
    var options = ToyTraining.options
    options.epochs = 4
    let configuration = ToyTraining.configuration(.attend)
    let begun = ToyTraining.trainer(configuration, options)
    while !begun.isDone { try begun.runEpoch() }
    options.objective = .selfCritical
    options.epochs = 25
    options.pass.outputDropout = 0
    options.bleuReward = bleuReward
    let trainer = ToyTraining.trainer(configuration, options, initial: begun.parameters)
    var rewards: [Double] = []
    while !trainer.isDone {
      let result = try trainer.runEpoch()
      rewards.append(result.reward / Double(result.rewarded))
      #expect(result.rewarded == ToyTraining.images * options.samples)
    }
    #expect(rewards.last! > rewards[0] + 1, "\(rewards[0]) to \(rewards.last!)")
  }

  @Test("a loss that is no number stops the run and names the step")
  func divergence() throws {
    let set = ToyTraining.set { image in
      image.index == 7
        ? Tensor([3, 4], [Float16](repeating: .nan, count: 12))
        : ToyTraining.features(image)
    }
    let trainer = Trainer(
      ToyTraining.configuration(.attend), ToyTraining.options, vocabulary: ToyTraining.vocabulary,
      set: set)
    let error = #expect(throws: TrainingError.self) { try trainer.runEpoch() }
    #expect(error?.code == .diverged)
    #expect(error?.message.contains("step \(trainer.state.step) of epoch 1") == true)
  }

  @Test("parameters that are no numbers are not saved over good ones")
  func badParametersAreNotSaved() throws {
    try withFile { path in
      let trainer = ToyTraining.trainer(ToyTraining.configuration(.tell), ToyTraining.options)
      try trainer.save(to: path)
      let before = try Data(contentsOf: URL(filePath: path))
      trainer.parameters["fc.weight"][0, 0] = .nan
      let error = #expect(throws: TrainingError.self) { try trainer.save(to: path) }
      #expect(error?.code == .diverged)
      #expect(try Data(contentsOf: URL(filePath: path)) == before)
    }
  }

  @Test("the state of another run is refused")
  func otherRuns() throws {
    try withFile { path in
      try ToyTraining.trainer(ToyTraining.configuration(.tell), ToyTraining.options).save(to: path)
      var options = ToyTraining.options
      options.seed = 9
      for (configuration, options) in [
        (ToyTraining.configuration(.attend), ToyTraining.options),
        (ToyTraining.configuration(.tell), options),
      ] {
        let trainer = ToyTraining.trainer(configuration, options)
        let error = #expect(throws: TrainingError.self) { try trainer.restore(from: path) }
        #expect(error?.code == .mismatch)
        #expect(error?.message.contains(path) == true)
      }
    }
  }
}
