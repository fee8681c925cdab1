public import Compute

/// Show and Tell (Vinyals and others 2015): the first state is a batch-normalised linear layer of
/// the mean feature, and the input of a step is the word's embedding alone.
public struct ShowAndTell: CaptionDecoder {
  public let configuration: DecoderConfiguration
  public let parameters: ParameterSet<Float>
  let wordLayers: WordLayers

  public init(_ configuration: DecoderConfiguration, _ parameters: ParameterSet<Float>) {
    precondition(configuration.architecture == .tell)
    self.configuration = configuration
    self.parameters = parameters
    wordLayers = WordLayers(configuration, parameters)
  }

  public func open(_ features: FeatureBatch<Float>, rows: Int) -> any DecodingSession {
    TellSession(self, features, rows: rows)
  }
}

/// The state of a batch under ``ShowAndTell``.
final class TellSession: DecodingSession {
  private let step: WordStep

  init(_ model: ShowAndTell, _ features: FeatureBatch<Float>, rows: Int) {
    let means = features.means(rows: Matrix<Float>.paddedRowCount(features.images))
    step = WordStep(
      model.configuration, model.wordLayers, features, means: means, rows: rows)
  }

  let cells = 0
  var attention: Matrix<Float> { Matrix(step.state.rows, 0) }
  let sentinel: Matrix<Float>? = nil

  func select(parents: [Int]) { step.state.select(parents: parents) }

  func step(words: [Int]) -> Matrix<Float> {
    step.advance(step.embed(words))
    return step.logits(step.state.hidden)
  }
}
