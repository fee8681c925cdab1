public import ArgumentParser
public import Compute
public import Decoders
import Features
import Vocabulary

/// What fixes the model's shapes and arithmetic.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "tell (Show and Tell), attend (soft attention) or adaptive (with a visual sentinel).",
      valueName: "kind"))
  var architecture: DecoderConfiguration.Architecture = .attend

  @Option(help: "Recurrent cell: rnn, lstm or gru; adaptive attention needs lstm.")
  var cell: RecurrentCell = .lstm

  @Option(help: "How the attended context enters a step: gated, projected or plain.")
  var context: DecoderConfiguration.Context = .gated

  @Option(help: "Nonlinearity of the attention's hidden layer: relu or tanh.")
  var activation: AttentionActivation = .relu

  @Option(help: "Width of the recurrent state.")
  var hidden = 512

  @Option(help: "Width of a word's embedding.")
  var embedding = 300

  @Option(help: "Width of the attention's hidden layer.")
  var attention = 512

  @Option(
    help: ArgumentHelp(
      "Pool the feature map to N×N cells, as the tutorial does with 14; by default its own cells.",
      valueName: "N"))
  var pooledGrid: Int?

  func configuration(features: FeatureIdentity, vocabulary: Vocabulary) -> DecoderConfiguration {
    DecoderConfiguration(
      architecture: architecture, cell: cell, context: context, activation: activation,
      featureSize: features.channels, hiddenSize: hidden, embeddingSize: embedding,
      attentionSize: attention, vocabularySize: vocabulary.count,
      pooling: pooledGrid.map {
        GridPooling(
          height: features.gridHeight, width: features.gridWidth, pooledHeight: $0, pooledWidth: $0)
      })
  }

  func validate() throws {
    for (name, size) in [("hidden", hidden), ("embedding", embedding), ("attention", attention)]
    where !(1...8192).contains(size) {
      throw ValidationError("--\(name) \(size) is not in 1...8192")
    }
    if let pooledGrid, !(1...64).contains(pooledGrid) {
      throw ValidationError("--pooled-grid \(pooledGrid) is not in 1...64")
    }
    if architecture == .adaptive, cell != .lstm {
      throw ValidationError(
        "--architecture adaptive needs --cell lstm: its sentinel reads a memory")
    }
  }
}

extension DecoderConfiguration.Architecture: ExpressibleByArgument {}
extension DecoderConfiguration.Context: ExpressibleByArgument {}
extension RecurrentCell: ExpressibleByArgument {}
extension AttentionActivation: ExpressibleByArgument {}
