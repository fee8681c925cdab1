public import ArgumentParser
import Compute
import Datasets
import Decoders
public import Encoders
import Features
import FoundationEssentials
import Training
import Vocabulary

/// `captionmesh train`.
struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a captioner.",
    discussion: """
      Reads captions from prepared data (--data) or a Karpathy JSON (--karpathy), and feature maps \
      from a cache that `captionmesh features` wrote (--features); without a cache it encodes the \
      photographs in every epoch anew, by an encoder that is frozen or, with --finetune, learns \
      along. Trains by teacher forcing or, from a trained model, by self-critical sequence training, \
      and after each epoch captions the validation split by free-running beam search, which is how \
      the captioner will be used. The run folder receives

        config.json         every choice of the run
        log.csv             a line an epoch
        best.safetensors    the checkpoint with the highest validation score
        last.safetensors    the newest checkpoint
        *-encoder.safetensors  with --finetune: the encoders that belong to them
        resume.safetensors  while the run is not done: its state, for --resume

      The same seed on the same number of threads gives the same weights, also when the run was \
      stopped and resumed.

      Examples:
        captionmesh train --karpathy dataset_flickr8k.json --features flickr8k.h5 --output run1
        captionmesh train --karpathy dataset_flickr8k.json --features flickr8k.h5 --output run2 \\
          --initial run1/best.safetensors --objective self-critical --learning-rate 5e-5
      """)

  @OptionGroup(title: "Data") var source: DataOptions

  @Option(help: "Feature cache of the same images; without it they are encoded in every epoch.")
  var features: String?

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

  @Option(
    help: """
      Encoder of the store that encodes --images; by default that of --initial. With --finetune it \
      may be another of as many channels, such as the same for a larger input: both then learn to \
      fit each other.
      """)
  var encoder: String?

  @Option(
    help: ArgumentHelp(
      "Layers of the encoder that learn along: layer2, layer3 or layer4 and what follows (ResNet), "
        + "or the number of last blocks (EfficientNet-Lite).", valueName: "layers"))
  var finetune: Opening?

  @Option(
    help: ArgumentHelp(
      "Smallest side of random crops as a share of the photograph's, where photographs are encoded "
        + "in every epoch; 1 for none.", valueName: "share"))
  var crop = 1.0

  @Option(help: "Encoder store; by default ~/.local/share/captionmesh/encoders.")
  var store: String?

  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Training") var training: TrainingArguments

  func validate() throws {
    if features == nil {
      guard source.hasImages else {
        throw ValidationError(
          "--features CACHE or --images FOLDER says where the features come from")
      }
      guard encoder != nil || initial != nil else {
        throw ValidationError(
          "without --features, --encoder NAME says what encodes the images; `captionmesh encoder "
            + "list` names them")
      }
    } else if finetune != nil || encoder != nil || crop < 1 {
      throw ValidationError(
        "--finetune, --encoder and --crop go without --features: a cache is frozen")
    }
    guard (0.1...1).contains(crop) else {
      throw ValidationError("--crop \(crop) is not in 0.1...1")
    }
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
    let data = try loadData(start)
    let configuration =
      start?.configuration
      ?? model.configuration(features: data.features, vocabulary: data.vocabulary)
    if resume, RunFolder.isDone(output) {
      printLine("\(output): is done; there is nothing to resume")
      return
    }
    let folder = try RunFolder(output, resuming: resume, overwriting: overwrite)
    try bringEncoder(of: start, to: folder)
    let trainer = Trainer(
      configuration, training.options(for: configuration.architecture),
      vocabulary: data.vocabulary, set: data.train,
      initial: start?.parameters)
    if resume, folder.isResumable { try trainer.restore(from: folder.resume) }
    try folder.write(runConfiguration(data, trainer))
    printLine(describe(data, trainer))
    var run = TrainingRun(
      data: data, arguments: training, folder: folder, trainer: trainer, saveMinutes: saveEvery,
      card: ["data": data.name, "options": try optionsText(trainer.options)])
    try run.run()
  }

  private func describe(_ data: TrainingData, _ trainer: Trainer) -> String {
    let views =
      switch data.train.source.views {
      case 1: "images"
      case let count where count < 1000: "images in \(count) views"
      default: "images in random crops, mirrored and not"
      }
    let learned = trainer.averagedEncoder.map { " and \($0.count) of the encoder" } ?? ""
    return "\(data.name): \(data.train.captions.count) \(views), \(data.vocabulary.count) words; "
      + "\(trainer.parameters.count) parameters\(learned); features of \(data.features)"
  }

  private func loadData(_ start: Checkpoint?) throws -> TrainingData {
    let data = try source.open()
    let words = TrainingData.Words(
      vocabulary: start?.vocabulary, minFrequency: minWordFrequency, maxLength: maxLength)
    return try TrainingData(
      data, try featureSource(start), words: words, augmentation: Augmentation(smallestCrop: crop),
      threads: training.threads)
  }

  private func featureSource(_ start: Checkpoint?) throws -> TrainingData.Source {
    if let features {
      let cache = try FeatureCache(path: features)
      try check(start, takes: cache.identity, of: features)
      return .cache(cache)
    }
    let (store, entry) = try chosenEncoder(start)
    let name = entry.identity.name
    if let finetune {
      try check(start, takes: entry.identity.features, of: "encoder \(name)", adapting: true)
      return .learning(
        try TrainableEncoder(
          name, in: store, opening: finetune, batchSize: training.batch,
          threadCount: training.threads))
    }
    try check(start, takes: entry.identity.features, of: "encoder \(name)")
    return .encoder(
      try store.load(name, threadCount: training.threads, maximumBatchSize: training.batch))
  }

  /// The encoder that was named, or that of the checkpoint to start from.
  private func chosenEncoder(_ start: Checkpoint?) throws -> (EncoderStore, StoredEncoder) {
    let store = EncoderStore(path: store)
    if let encoder { return (store, try store.entry(encoder)) }
    guard let start, let initial else { throw ValidationError("--encoder NAME is missing") }
    return try store.entry(matching: start.features, beside: initial)
  }

  /// An encoder that was fine-tuned with the model to go on from lies beside that; where it stays
  /// as it is, the new model needs it as well.
  private func bringEncoder(of start: Checkpoint?, to folder: RunFolder) throws {
    guard let start, let initial, finetune == nil else { return }
    let user = EncoderStore(path: store)
    guard let (found, entry) = try? user.entry(matching: start.features, beside: initial),
      found.path != user.path
    else { return }
    try folder.keep(encoder: entry.path)
  }

  /// Checks that the model to start from takes these features; one that is `adapting`, because its
  /// encoder learns along, takes all with as many channels.
  private func check(
    _ start: Checkpoint?, takes found: FeatureIdentity, of source: String, adapting: Bool = false
  ) throws {
    guard let start, start.features.fingerprint != found.fingerprint else { return }
    if adapting, start.features.channels == found.channels { return }
    throw CheckpointError(
      .mismatch,
      "\(source): gives features of \(found), but \(initial ?? "") takes those of "
        + "\(start.features)")
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
      finetuned: finetune?.description)
  }

  /// The options in one line of JSON, for the checkpoint's card.
  private func optionsText(_ options: TrainingOptions) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(options), as: UTF8.self)
  }
}

extension Opening: ExpressibleByArgument {
  /// Reads `layer3` or a number of blocks.
  public init?(argument: String) {
    if let blocks = Int(argument), blocks > 0 {
      self = .lastBlocks(blocks)
    } else if argument.hasPrefix("layer"), let number = Int(argument.dropFirst(5)), number > 0 {
      self = .fromLayer(number)
    } else {
      return nil
    }
  }
}
