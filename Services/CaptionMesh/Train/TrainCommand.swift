import ArgumentParser
import Datasets
import Decoders
import Features
import FoundationEssentials
import Training
import Vocabulary

/// `captionmesh train`.
struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a captioner on cached features.",
    discussion: """
      Reads captions from a Karpathy JSON and feature maps from a cache that `captionmesh features` \
      wrote, trains by teacher forcing or, from a trained model, by self-critical sequence training, \
      and after each epoch captions the validation split by free-running beam search, which is how \
      the captioner will be used. The run folder receives

        config.json         every choice of the run
        log.csv             a line an epoch
        best.safetensors    the checkpoint with the highest validation score
        last.safetensors    the newest checkpoint
        resume.safetensors  while the run is not done: its state, for --resume

      The same seed on the same number of threads gives the same weights, also when the run was \
      stopped and resumed.

      Examples:
        captionmesh train --karpathy dataset_flickr8k.json --features flickr8k.h5 --output run1
        captionmesh train --karpathy dataset_flickr8k.json --features flickr8k.h5 --output run2 \\
          --initial run1/best.safetensors --objective self-critical --learning-rate 5e-5
      """)

  @Option(help: "Karpathy JSON with the captions and the split.")
  var karpathy: String

  @Option(help: "Feature cache of the same images.")
  var features: String

  @Option(name: .shortAndLong, help: "Folder of the run; made if missing.")
  var output: String

  @Flag(help: "Go on with a run that was stopped; all other options as it began.")
  var resume = false

  @Flag(help: "Begin anew in a folder that holds a run.")
  var overwrite = false

  @Option(help: "Checkpoint to start from; its model and vocabulary are kept.")
  var initial: String?

  @Option(help: "Words that stand no more often than this become <unk>.")
  var minWordFrequency = 4

  @Option(help: "Captions are cut to this many words.")
  var maxLength = 24

  @Option(help: "Minutes between saved states in the middle of an epoch.")
  var saveEvery = 5.0

  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Training") var training: TrainingArguments

  func validate() throws {
    guard maxLength > 0, minWordFrequency >= 0, saveEvery > 0 else {
      throw ValidationError("--max-length, --min-word-frequency and --save-every are above 0")
    }
    if training.objective == .selfCritical, initial == nil {
      throw ValidationError(
        "--objective self-critical needs --initial CHECKPOINT: a model that has learned nothing "
          + "samples nothing that is worth a reward")
    }
  }

  func run() async throws {
    let start = try initial.map { try Checkpoint(path: $0) }
    let cache = try FeatureCache(path: features)
    if let start, start.features.fingerprint != cache.identity.fingerprint {
      throw CheckpointError(
        .mismatch,
        "\(features): holds features of \(cache.identity), but \(initial ?? "") takes those of "
          + "\(start.features)")
    }
    let data = try TrainingData(
      karpathy: karpathy, cache: cache, vocabulary: start?.vocabulary,
      minWordFrequency: minWordFrequency, maxLength: maxLength)
    let configuration =
      start?.configuration
      ?? model.configuration(features: data.features, vocabulary: data.vocabulary)
    let folder = try RunFolder(output, resuming: resume, overwriting: overwrite)
    let trainer = Trainer(
      configuration, training.options, vocabulary: data.vocabulary, set: data.train,
      initial: start?.parameters)
    if resume, folder.isResumable { try trainer.restore(from: folder.resume) }
    try folder.write(runConfiguration(data, trainer))
    print(
      "\(data.name): \(data.train.captions.count) images in \(data.train.source.views) views, "
        + "\(data.vocabulary.count) words; \(trainer.parameters.count) parameters; "
        + "features of \(data.features)")
    try TrainingRun(
      data: data, arguments: training, folder: folder, trainer: trainer, saveMinutes: saveEvery,
      card: ["data": data.name, "options": try optionsText(trainer.options)]
    ).run()
  }

  private func runConfiguration(
    _ data: TrainingData, _ trainer: Trainer
  ) -> RunFolder.Configuration {
    RunFolder.Configuration(
      name: output.split(separator: "/").last.map(String.init) ?? output,
      command: "captionmesh " + CommandLine.arguments.dropFirst().joined(separator: " "),
      data: data.name, seed: training.seed, threads: training.threads,
      decoder: trainer.configuration,
      encoder: .init(
        name: data.features.encoder, weightsHash: data.features.weightsHash,
        preprocessing: data.features.preprocessing,
        grid: "\(data.features.gridHeight)x\(data.features.gridWidth)"),
      vocabulary: data.vocabulary.count, parameters: trainer.parameters.count,
      training: trainer.options, selection: training.select.rawValue, initial: initial,
      finetuned: nil)
  }

  /// The options in one line of JSON, for the checkpoint's card.
  private func optionsText(_ options: TrainingOptions) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(options), as: UTF8.self)
  }
}
