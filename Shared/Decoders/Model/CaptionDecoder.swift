public import Compute

/// A captioner's decoder as beam search sees it: it opens a batch of images and then steps any
/// number of rows, each row being one beam of one image.
public protocol CaptionDecoder: Sendable {
  var configuration: DecoderConfiguration { get }

  /// Projects the feature maps once an image, for up to `rows` beams in all.
  func open(_ features: FeatureBatch<Float>, rows: Int) -> any DecodingSession
}

/// The running state of a batch: hidden and cell states, one row a beam.
public protocol DecodingSession: AnyObject {
  /// The number of cells that attention weighs; 0 for a decoder without attention.
  var cells: Int { get }

  /// Sets the rows: row i continues row `parents[i]` of the rows so far, or, before the first step,
  /// begins image `parents[i]`. A row belongs to the image of its parent.
  func select(parents: [Int])

  /// Feeds one word to each row and returns the logits of the next, [rows, vocabulary]. The matrix
  /// is the session's own and holds until the next call.
  func step(words: [Int]) -> Matrix<Float>

  /// The attention weights of the last step, [rows, cells].
  var attention: Matrix<Float> { get }

  /// β of the last step, the weight of the visual sentinel, [rows, 1]; nil for a decoder without.
  var sentinel: Matrix<Float>? { get }
}

extension DecoderConfiguration {
  /// The decoder of this configuration with the given parameters.
  public func decoder(
    _ parameters: ParameterSet<Float>, precision: DecoderPrecision = .fp32
  ) -> any CaptionDecoder {
    switch architecture {
    case .tell: ShowAndTell(self, parameters, precision: precision)
    case .attend: AttendAndTell(self, parameters, precision: precision)
    case .adaptive: AdaptiveAttention(self, parameters, precision: precision)
    }
  }
}
