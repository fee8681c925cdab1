import Compute
import Datasets
import Decoders
import Encoders
import Features
import FoundationEssentials
import Imaging
import Synchronization
import Tensor
import Training

/// An encoder that is fine-tuned with the decoder: photographs in, feature maps out, gradients back.
final class LearningEncoder: LearningFeatures {
  /// Each photograph as it is and mirrored.
  let views = 2
  let parameters: ParameterSet<Float>
  let gradient: ParameterSet<Float>

  private let encoder: TrainableEncoder
  private let images: ImageReader
  private let threads: Int

  /// - Parameter paths: of the training images.
  init(_ encoder: TrainableEncoder, paths: [String], threads: Int) {
    self.encoder = encoder
    self.threads = threads
    images = ImageReader(
      preprocessing: encoder.identity.preprocessing, paths: paths, threads: threads)
    parameters = ParameterSet(
      names: encoder.parameters.names, matrices: encoder.parameters.matrices)
    gradient = ParameterSet(
      names: encoder.gradients.names, matrices: encoder.gradients.matrices)
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
    let copy = encoder.parameters.duplicate()
    for name in copy.names { copy[name].copy(from: learned[name]) }
    try encoder.write(to: path, parameters: copy)
    return try encoder.snapshot(parameters: copy, threadCount: threads)
  }
}

/// A frozen encoder that encodes photographs whenever they are asked for.
final class EncodedFeatures: TrainingFeatures {
  let views = 2
  private let encoder: ImageEncoder
  private let images: ImageReader

  init(_ encoder: ImageEncoder, paths: [String], threads: Int) {
    self.encoder = encoder
    images = ImageReader(preprocessing: encoder.preprocessing, paths: paths, threads: threads)
  }

  func features(_ images: [TrainingImage]) throws -> FeatureBatch<Float> {
    let cells = try encoder.encodeCells(try self.images.read(images))
    return FeatureBatch<Float>(images.indices.map { cells[$0] })
  }
}

/// Reads photographs of a training set, several at a time.
struct ImageReader: Sendable {
  let preprocessing: Preprocessing
  let paths: [String]
  let threads: Int

  /// Images as an encoder takes them, float32 [N, 3, H, W]; view 1 is mirrored.
  func read(_ images: [TrainingImage]) throws -> Tensor {
    let decoder = ImageDecoder.serving
    let tensors = Parallel.map(Array(0..<threads)) { _, thread in
      Result<[Tensor], any Error> {
        try stride(from: thread, to: images.count, by: threads).map { index in
          let image = images[index]
          let tensor = try ImageFile.tensor(paths[image.index], preprocessing, decoder)
          return image.view == 1 ? FeatureView.mirror(tensor) : tensor
        }
      }
    }
    let read = try tensors.map { try $0.get() }
    return Tensor(stacking: images.indices.map { read[$0 % threads][$0 / threads] })
  }
}
