public import ArgumentParser
import Datasets
public import Decoders
import Features
import FoundationEssentials
import Scoring
import Training
import Vocabulary

/// `captionmesh train`.
struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a captioner on cached features.",
    discussion: """
      Reads captions from a Karpathy JSON and feature maps from a cache that `captionmesh features` \
      wrote, trains by teacher forcing, and after each epoch captions the validation split by \
      free-running beam search, which is how the captioner will be used. The run folder receives

        best.safetensors  the checkpoint with the highest validation BLEU-4
        last.safetensors  the newest checkpoint
        log.csv           a line an epoch

      The same seed on the same number of threads gives the same weights.

      Example:
        captionmesh train --karpathy dataset_flickr8k.json --features flickr8k.h5 --output run1
      """)

  @Option(help: "Karpathy JSON with the captions and the split.")
  var karpathy: String

  @Option(help: "Feature cache of the same images.")
  var features: String

  @Option(name: .shortAndLong, help: "Folder of the run; made if missing.")
  var output: String

  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Training") var training: TrainingArguments

  func run() async throws {
    let dataset = try KarpathyDataset(path: karpathy)
    let cache = try FeatureCache(path: features)
    let train = try CaptionedImages(dataset, split: "train", cache: cache)
    let validationImages = try CaptionedImages(dataset, split: "val", cache: cache)
    let vocabulary = Vocabulary(
      captions: train.tokens.joined(), minimumFrequency: model.minWordFrequency)
    let configuration = model.configuration(
      featureSize: cache.identity.channels, vocabulary: vocabulary)
    let options = training.options
    let folder = try RunFolder(output)

    let trainer = Trainer(
      configuration, options,
      set: TrainingSet(
        tokens: train.tokens, vocabulary: vocabulary, maximumLength: model.maxLength,
        views: train.views, features: train.features))
    let validation = Validation(
      references: validationImages.tokens, vocabulary: vocabulary,
      search: BeamSearch(width: training.beam, vocabulary: vocabulary), threads: options.threads,
      features: { try validationImages.features($0, 0) })
    print(
      "\(train.tokens.count) images\(train.views == 2 ? " and their mirror images" : ""), "
        + "\(vocabulary.count) words, "
        + "\(trainer.parameters.count) parameters, features of \(cache.identity)")

    var best = -1.0
    for epoch in 1...options.epochs {
      let clock = ContinuousClock()
      let start = clock.now
      let bar = ProgressBar("epoch \(epoch)/\(options.epochs)", total: trainer.stepsPerEpoch)
      let result = try trainer.runEpoch { total, steps in
        let speed = Double(total.tokens) / ((clock.now - start) / .seconds(1))
        bar.advance(to: steps, note: "loss \(total.meanLoss.rounded(3)), \(Int(speed)) tokens/s,")
      }
      bar.finish()
      let seconds = (clock.now - start) / .seconds(1)
      let decoder = trainer.averagedDecoder
      let report = try validation.score(decoder)

      let isBest = report.bleu[3] > best
      best = max(best, report.bleu[3])
      let checkpoint = Checkpoint(
        configuration: configuration, vocabulary: vocabulary, features: cache.identity,
        parameters: trainer.averaged,
        card: [
          "data": dataset.dataset, "options": training.summary, "epoch": "\(epoch)",
          "validation": report.json, "command": CommandLine.arguments.joined(separator: " "),
        ])
      try checkpoint.write(to: folder.last, precision: .float32)
      if isBest { try checkpoint.write(to: folder.best, precision: training.precision) }
      try folder.log(epoch: epoch, result, report, seconds: seconds)
      print(
        "epoch \(epoch): loss \(result.meanLoss.rounded(4)), "
          + "top-5 accuracy \(result.top5Accuracy.rounded(4)), "
          + "\(Int(Double(result.tokens) / seconds)) tokens/s; free-running beam \(training.beam): "
          + "BLEU-4 \(report.bleu[3].rounded(4)), CIDEr-D \(report.cider.rounded(4))"
          + (isBest ? ", the best so far" : ""))
    }
  }
}

/// What fixes the model's shapes.
struct ModelOptions: ParsableArguments {
  @Option(help: "How the attended context enters a step: gated, or projected.")
  var context: DecoderConfiguration.Context = .gated

  @Option(help: "Width of the recurrent state.")
  var hidden = 512

  @Option(help: "Width of a word's embedding.")
  var embedding = 512

  @Option(help: "Width of the attention's hidden layer.")
  var attention = 512

  @Option(help: "Words that stand no more often than this become <unk>.")
  var minWordFrequency = 4

  @Option(help: "Captions are cut to this many words.")
  var maxLength = 50

  func configuration(featureSize: Int, vocabulary: Vocabulary) -> DecoderConfiguration {
    DecoderConfiguration(
      architecture: .attend, context: context, featureSize: featureSize, hiddenSize: hidden,
      embeddingSize: embedding, attentionSize: attention, vocabularySize: vocabulary.count)
  }

  func validate() throws {
    for (name, size) in [
      ("hidden", hidden), ("embedding", embedding), ("attention", attention),
      ("max-length", maxLength),
    ] where !(1...8192).contains(size) {
      throw ValidationError("--\(name) \(size) is not in 1...8192")
    }
  }
}

extension DecoderConfiguration.Context: ExpressibleByArgument {}
extension Checkpoint.Precision: ExpressibleByArgument {}

/// How it is trained.
struct TrainingArguments: ParsableArguments {
  @Option(help: "Times that every image is seen.")
  var epochs = 15

  @Option(help: "Images a step, each with all of its captions.")
  var batch = 16

  @Option(help: "Highest learning rate of Adam; it warms up and then falls along a half cosine.")
  var learningRate = 7e-4

  @Option(help: "Dropout of the hidden state before the vocabulary layer.")
  var dropout = 0.5

  @Option(help: "Dropout of word embeddings.")
  var embeddingDropout = 0.0

  @Option(help: "Dropout of feature maps.")
  var featureDropout = 0.0

  @Option(help: "Share of a word's probability that is spread over the vocabulary.")
  var labelSmoothing = 0.0

  @Option(help: "Weight of the term that has attention visit every cell.")
  var attentionRegularization = 1.0

  @Option(help: "Weight decay of Adam.")
  var weightDecay = 0.0

  @Option(help: "Weight of the past in the running mean of the parameters; 0 turns it off.")
  var averaging = 0.998

  @Option(help: "Beams of the free-running validation.")
  var beam = 3

  @Option(help: "Threads; by default one for each processor.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: "Seed of the first weights, the order of the images and the dropout.")
  var seed: UInt64 = 1

  @Option(help: "Numbers of best.safetensors: float32, or float16 for half the size.")
  var precision: Checkpoint.Precision = .float32

  var options: TrainingOptions {
    var options = TrainingOptions()
    options.epochs = epochs
    options.imagesPerStep = batch
    options.learningRate = learningRate
    options.averaging = averaging
    options.weightDecay = weightDecay
    options.threads = threads
    options.seed = seed
    options.pass.outputDropout = dropout
    options.pass.embeddingDropout = embeddingDropout
    options.pass.featureDropout = featureDropout
    options.pass.labelSmoothing = labelSmoothing
    options.pass.attentionRegularization = attentionRegularization
    return options
  }

  /// The options in one line, for the checkpoint's card.
  var summary: String {
    "epochs \(epochs), batch \(batch) images, learning rate \(learningRate), dropout \(dropout), "
      + "embedding dropout \(embeddingDropout), feature dropout \(featureDropout), "
      + "label smoothing \(labelSmoothing), attention regularization \(attentionRegularization), "
      + "weight decay \(weightDecay), averaging \(averaging), threads \(threads), seed \(seed)"
  }

  func validate() throws {
    guard epochs > 0, batch > 0, threads > 0, beam > 0 else {
      throw ValidationError("--epochs, --batch, --threads and --beam start at 1")
    }
    for (name, share) in [
      ("dropout", dropout), ("embedding-dropout", embeddingDropout),
      ("feature-dropout", featureDropout), ("label-smoothing", labelSmoothing),
      ("averaging", averaging),
    ] where !(0..<1).contains(share) {
      throw ValidationError("--\(name) \(share) is not in 0..<1")
    }
  }
}
