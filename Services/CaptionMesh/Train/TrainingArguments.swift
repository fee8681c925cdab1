public import ArgumentParser
public import Decoders
import FoundationEssentials
import Scoring
public import Training

/// How a model is trained.
struct TrainingArguments: ParsableArguments {
  /// The validation score by which the best checkpoint is chosen.
  enum Selection: String, CaseIterable, ExpressibleByArgument {
    case bleu4, cider

    func score(_ report: ScoreReport) -> Double {
      switch self {
      case .bleu4: report.bleu[3]
      case .cider: report.cider
      }
    }
  }

  @Option(
    help: ArgumentHelp(
      "cross-entropy (teacher forcing), or self-critical (CIDEr-D reward; begin with --initial).",
      valueName: "what"))
  var objective: TrainingOptions.Objective = .crossEntropy

  @Option(help: "Times that every image is seen, at most.")
  var epochs = 12

  @Option(help: "Images a step, each with all of its captions.")
  var batch = 16

  @Option(help: "Highest learning rate of Adam.")
  var learningRate = 7e-4

  @Option(
    help: ArgumentHelp(
      "How the learning rate falls: cosine, plateau (×0.8 after 8 epochs without a better score) "
        + "or constant.", valueName: "how"))
  var schedule: LearningRateSchedule.Shape = .cosine

  @Option(help: "Steps over which the learning rate rises from zero.")
  var warmup = 100

  @Option(help: "Epochs without a better validation score before training stops.")
  var patience = 20

  @Option(help: "Elements of the gradient are clipped to ± this; 0 does not clip.")
  var clip = 5.0

  @Option(help: "Dropout of the state before the vocabulary layer.")
  var dropout = 0.5

  @Option(help: "Dropout of word embeddings.")
  var embeddingDropout = 0.0

  @Option(help: "Dropout of feature maps.")
  var featureDropout = 0.0

  @Option(help: "Share of a word's probability that is spread over the vocabulary.")
  var labelSmoothing = 0.0

  @Option(
    help: ArgumentHelp(
      "Probability, reached in the last epoch, of feeding the model's own word.",
      valueName: "probability"))
  var scheduledSampling = 0.0

  @Option(help: "Captions sampled an image in self-critical training.")
  var samples = 5

  @Option(
    help:
      "What logits are divided by when captions are sampled; below 1, samples are likelier ones.")
  var temperature = 1.0

  @Option(help: "What a sampled caption's BLEU-4 of 1 counts beside its CIDEr-D, of about 1.")
  var bleuReward = 0.0

  @Option(help: "Weight of the captions' own cross-entropy beside the reward.")
  var crossEntropyShare = 0.0

  @Option(
    help: ArgumentHelp(
      "Weight of the term that has attention visit every cell; by default 1, and 0 for adaptive "
        + "attention, which need not look.", valueName: "weight"))
  var attentionRegularization: Double?

  @Option(help: "Weight decay of Adam.")
  var weightDecay = 0.0

  @Option(help: "Weight of the past in the running mean of the parameters; 0 turns it off.")
  var averaging = 0.998

  @Option(
    help: ArgumentHelp(
      "The encoder's learning rate as a share of the decoder's, with --finetune.",
      valueName: "share"))
  var encoderShare = 0.25

  @Option(help: "Beams of the free-running validation.")
  var beam = 3

  @Option(help: "The validation score that chooses the best checkpoint: bleu4 or cider.")
  var select: Selection = .bleu4

  @Option(help: "Threads; by default one for each processor.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: "Seed of the first weights, the order of the images and the dropout.")
  var seed: UInt64 = 1

  @Option(help: "Numbers of best.safetensors: float32, or float16 for half the size.")
  var precision: Checkpoint.Precision = .float32

  /// The options for a model of the given architecture.
  func options(for architecture: DecoderConfiguration.Architecture) -> TrainingOptions {
    var options = TrainingOptions()
    options.objective = objective
    options.epochs = epochs
    options.imagesPerStep = batch
    options.schedule.shape = schedule
    options.schedule.peak = learningRate
    options.schedule.warmupSteps = warmup
    options.schedule.stopPatience = patience
    options.gradientClip = clip
    options.averaging = averaging
    options.weightDecay = weightDecay
    options.encoderShare = encoderShare
    options.scheduledSampling = scheduledSampling
    options.samples = samples
    options.temperature = temperature
    options.bleuReward = bleuReward
    options.crossEntropyShare = crossEntropyShare
    options.threads = threads
    options.seed = seed
    options.pass.outputDropout = dropout
    options.pass.embeddingDropout = embeddingDropout
    options.pass.featureDropout = featureDropout
    options.pass.labelSmoothing = labelSmoothing
    // A sampled caption need not visit every cell either.
    let visitsAll = objective == .crossEntropy && architecture == .attend
    options.pass.attentionRegularization = attentionRegularization ?? (visitsAll ? 1 : 0)
    return options
  }

  func validate() throws {
    guard epochs > 0, batch > 0, threads > 0, beam > 0, patience > 0 else {
      throw ValidationError("--epochs, --batch, --threads, --beam and --patience start at 1")
    }
    guard samples > 1 else {
      throw ValidationError("--samples starts at 2: a caption is measured against the others")
    }
    guard temperature > 0.05, temperature <= 2 else {
      throw ValidationError("--temperature \(temperature) is not in 0.05...2")
    }
    guard warmup >= 0, learningRate > 0, clip >= 0, encoderShare > 0, bleuReward >= 0 else {
      throw ValidationError(
        "--learning-rate and --encoder-share are above 0; --warmup, --clip and --bleu-reward at least 0"
      )
    }
    for (name, share) in [
      ("dropout", dropout), ("embedding-dropout", embeddingDropout),
      ("feature-dropout", featureDropout), ("label-smoothing", labelSmoothing),
      ("averaging", averaging), ("cross-entropy-share", crossEntropyShare),
      ("scheduled-sampling", scheduledSampling),
    ] where !(0..<1).contains(share) {
      throw ValidationError("--\(name) \(share) is not in 0..<1")
    }
  }
}

extension TrainingOptions.Objective: ExpressibleByArgument {}
extension LearningRateSchedule.Shape: ExpressibleByArgument {}
extension Checkpoint.Precision: ExpressibleByArgument {}
