public import Compute
internal import Tensor
internal import WeightFiles

extension TrainableEncoder {
  /// How the weights of convolutions are written down; biases are float32.
  public enum Precision: Sendable {
    /// Half the size; a feature changes by about a thousandth of the largest one.
    case half
    case single
  }

  /// An encoder with what was learnt, which does not learn on: for validation, exactly as the file
  /// that ``write(to:credit:parameters:precision:)`` makes will encode.
  ///
  /// - Parameters:
  ///   - parameters: others than the present ones, such as their running mean.
  ///   - precision: that of the file.
  ///   - threadCount: how many threads a calculation uses.
  ///   - maximumBatchSize: larger batches are cut into pieces of this size.
  public func snapshot(
    parameters: ParameterSet<Float>? = nil, precision: Precision = .half, threadCount: Int,
    maximumBatchSize: Int = 8
  ) throws(EncoderError) -> ImageEncoder {
    let file = WeightFile(tensors(parameters, precision), path: identity.name)
    let weights = try NetworkWeights(identity.architecture.network, in: file)
    var identity = identity
    identity.weightsHash = weights.hash()
    return try ImageEncoder(
      identity, weights, threadCount: threadCount, maximumBatchSize: maximumBatchSize)
  }

  /// Writes the encoder as a file of an ``EncoderStore``, complete or not at all: it can be loaded
  /// from a store in the file's folder, and imported into another.
  ///
  /// - Parameters:
  ///   - path: the file, whose name is the encoder's with ".safetensors".
  ///   - credit: who made it and from what; empty for the original's credit.
  ///   - parameters: others than the present ones, such as their running mean.
  ///   - precision: that of convolutions' weights in the file.
  /// - Throws: ``EncoderError``: `invalid` for a name that cannot be an encoder's, `failed` where
  ///   the file cannot be written.
  @discardableResult
  public func write(
    to path: String, credit: String = "", parameters: ParameterSet<Float>? = nil,
    precision: Precision = .half
  ) throws(EncoderError) -> StoredEncoder {
    let name = try EncoderStore.name(ofFile: path)
    let tensors = tensors(parameters, precision)
    let weights = try NetworkWeights(
      identity.architecture.network, in: WeightFile(tensors, path: path))
    var identity = identity
    identity.name = name
    identity.weightsHash = weights.hash()
    let entry = StoredEncoder(
      identity: identity, sourceFile: "\(self.identity.name), fine-tuned",
      sourceHash: self.identity.weightsHash, credit: credit.isEmpty ? self.credit : credit,
      path: path)
    do {
      try WeightFile.write(tensors, metadata: entry.metadata, to: path)
    } catch {
      throw EncoderError(code: .failed, error.description)
    }
    return entry
  }

  /// All of the network's tensors, batch norms folded in.
  private func tensors(
    _ learnt: ParameterSet<Float>?, _ precision: Precision
  ) -> [String: Tensor] {
    let learnt = learnt ?? parameters
    let all = ParameterSet<Float>(weights)
    var tensors: [String: Tensor] = [:]
    for (name, shape) in weights.network.tensorShapes(isFolded: { _ in true }) {
      let tensor = Tensor(shape, (learnt.names.contains(name) ? learnt[name] : all[name]).elements)
      tensors[name] =
        precision == .half && shape.rank > 1 && tensor.fitsHalfPrecision ? tensor.halved() : tensor
    }
    return tensors
  }
}

extension Tensor {
  /// Whether no element of a float32 tensor is too large for float16.
  fileprivate var fitsHalfPrecision: Bool {
    let elements = elements(as: Float.self)
    let limit = Float(Float16.greatestFiniteMagnitude)
    for index in elements.indices where !(abs(elements[index]) <= limit) { return false }
    return true
  }
}
