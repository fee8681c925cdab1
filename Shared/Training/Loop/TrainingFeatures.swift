public import Compute
public import Decoders
public import Tensor

/// One image of the training set as it is seen in one step.
public struct TrainingImage: Sendable, Equatable {
  /// Its index in the training set.
  public var index: Int
  /// Which of its views: 0 is the photograph as it is.
  public var view: Int

  public init(index: Int, view: Int) {
    self.index = index
    self.view = view
  }
}

/// Where the feature maps of a training set come from.
public protocol TrainingFeatures: AnyObject {
  /// How many views of an image there are to draw from.
  var views: Int { get }

  /// The feature maps of images, in their order, as a decoder takes them.
  func features(_ images: [TrainingImage]) throws -> FeatureBatch<Float>
}

/// A feature source that learns along with the decoder: an encoder that is fine-tuned.
public protocol LearningFeatures: TrainingFeatures {
  /// What is learned, and its running mean.
  var parameters: ParameterSet<Float> { get }
  /// Where ``backward(_:)`` leaves the gradient of ``parameters``.
  var gradient: ParameterSet<Float> { get }

  /// Given ∂ of what the features last returned, sets ``gradient``.
  func backward(_ dfeatures: FeatureBatch<Float>) throws

  /// Takes in that ``parameters`` have changed.
  func parametersChanged() throws
}

/// Feature maps that were computed before, each float16 [cells, channels].
public final class CachedFeatures: TrainingFeatures {
  public let views: Int
  private let read: @Sendable (TrainingImage) throws -> Tensor

  public init(views: Int, read: @escaping @Sendable (TrainingImage) throws -> Tensor) {
    self.views = views
    self.read = read
  }

  public func features(_ images: [TrainingImage]) throws -> FeatureBatch<Float> {
    FeatureBatch<Float>(try images.map(read))
  }
}
