import Compute
import Datasets
import Decoders
import Encoders
import Imaging
import Tensor
import Training

/// An encoder that is fine-tuned with the decoder: photographs in, feature maps out, gradients back.
final class LearningEncoder: LearningFeatures {
  let views: Int
  var parameters: ParameterSet<Float> { encoder.parameters }
  var gradient: ParameterSet<Float> { encoder.gradients }

  private let encoder: TrainableEncoder
  private let images: ImageReader
  private let threads: Int

  init(
    _ encoder: TrainableEncoder, _ split: CaptionedSplit, _ augmentation: Augmentation, threads: Int
  ) {
    self.encoder = encoder
    self.threads = threads
    views = augmentation.views
    images = ImageReader(
      split, encoder.identity.preprocessing, augmentation, threads: threads)
  }

  func features(_ images: [TrainingImage]) throws -> FeatureBatch<Float> {
    let batch = try self.images.read(images)
    return FeatureBatch(
      images: images.count, cells: encoder.cells, values: try encoder.forward(batch))
  }

  func backward(_ dfeatures: FeatureBatch<Float>) throws {
    try encoder.backward(dfeatures.values)
  }

  func parametersChanged() {}

  /// Writes the encoder with the given parameters as an encoder file, and returns it, as it will
  /// encode when it is loaded.
  func write(_ learned: ParameterSet<Float>, to path: String) throws -> ImageEncoder {
    try encoder.write(to: path, parameters: learned)
    return try encoder.snapshot(parameters: learned, threadCount: threads)
  }
}

/// A frozen encoder that encodes photographs whenever they are asked for.
final class EncodedFeatures: TrainingFeatures {
  let views: Int
  private let encoder: ImageEncoder
  private let images: ImageReader

  init(
    _ encoder: ImageEncoder, _ split: CaptionedSplit, _ augmentation: Augmentation, threads: Int
  ) {
    self.encoder = encoder
    views = augmentation.views
    images = ImageReader(split, encoder.preprocessing, augmentation, threads: threads)
  }

  func features(_ images: [TrainingImage]) throws -> FeatureBatch<Float> {
    let cells = try encoder.encodeCells(try self.images.read(images))
    return FeatureBatch<Float>(images.indices.map { cells[$0] })
  }
}

/// Reads photographs of a split, several at a time.
struct ImageReader: Sendable {
  /// Images that are best read at a time, where nothing else decides.
  static let batchSize = 32

  private let split: CaptionedSplit
  private let preprocessing: Preprocessing
  private let augmentation: Augmentation
  private let threads: Int

  init(
    _ split: CaptionedSplit, _ preprocessing: Preprocessing,
    _ augmentation: Augmentation = Augmentation(), threads: Int
  ) {
    self.split = split
    self.preprocessing = preprocessing
    self.augmentation = augmentation
    self.threads = threads
  }

  /// Images as an encoder takes them, float32 [N, 3, H, W], each as its view has it.
  func read(_ images: [TrainingImage]) throws -> Tensor {
    let tensors = Parallel.map(images, threads: threads) { _, image in
      Result<Tensor, any Error> {
        preprocessing.tensor(
          of: augmentation.apply(try split.image(image.index), view: image.view))
      }
    }
    return Tensor(stacking: try tensors.map { try $0.get() })
  }
}
