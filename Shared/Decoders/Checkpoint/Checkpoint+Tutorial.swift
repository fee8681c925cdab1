import Compute
public import Features
import Tensor
public import Vocabulary
import WeightFiles

/// Decoders of sgrvinod's a-PyTorch-Tutorial-to-Image-Captioning, whose parameters have the names
/// that they have here.
extension Checkpoint {
  /// Whether the tutorial's program has such a decoder: an LSTM with gated context and attention
  /// through relu.
  public var isTutorials: Bool {
    configuration.architecture == .attend && configuration.cell == .lstm
      && configuration.context == .gated && configuration.activation == .relu
  }

  /// Takes a decoder from a file of weights: a state_dict, or a dictionary that holds one under any
  /// name, as safetensors or as PyTorch saves it.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - vocabulary: the word map that it was trained with.
  ///   - features: what its encoder gives, on the network's own grid.
  ///   - pooledGrid: rows and columns that the encoder's map was pooled to, 14 in the tutorial; nil
  ///     for none.
  ///   - card: as for a checkpoint.
  /// - Throws: ``CheckpointError``, which names the file and what does not fit.
  public init(
    importing path: String, vocabulary: Vocabulary, features: FeatureIdentity, pooledGrid: Int?,
    card: [String: String]
  ) throws(CheckpointError) {
    let file: WeightFile
    do {
      file = try WeightFile.open(path)
    } catch {
      throw CheckpointError(.unreadable, "\(error)")
    }
    let prefix = try Self.prefix(file)
    func extents(_ name: String) throws(CheckpointError) -> [Int] {
      guard let tensor = file.tensors[prefix + name] else {
        throw CheckpointError(.mismatch, "\(path): has no tensor \(prefix)\(name)")
      }
      guard tensor.elementType == .float32 || tensor.elementType == .float16 else {
        throw CheckpointError(.malformed, "\(path): \(name) holds \(tensor.elementType)")
      }
      return tensor.shape.dimensions
    }
    func rowsAndColumns(_ name: String) throws(CheckpointError) -> (Int, Int) {
      let extents = try extents(name)
      guard extents.count == 2 else {
        throw CheckpointError(.mismatch, "\(path): \(name) has the extents \(extents)")
      }
      return (extents[0], extents[1])
    }
    let (words, embedding) = try rowsAndColumns("embedding.weight")
    let (_, hidden) = try rowsAndColumns("decode_step.weight_hh")
    let (attention, channels) = try rowsAndColumns("attention.encoder_att.weight")
    guard words == vocabulary.count else {
      throw CheckpointError(
        .mismatch,
        "\(path): has embeddings of \(words) words, but the word map has \(vocabulary.count); it is "
          + "not the one that it was trained with")
    }
    guard channels == features.channels else {
      throw CheckpointError(
        .mismatch,
        "\(path): attends to features of \(channels) channels, but those of \(features) have "
          + "\(features.channels); name the encoder that it was trained with")
    }
    let configuration = DecoderConfiguration(
      featureSize: channels, hiddenSize: hidden, embeddingSize: embedding,
      attentionSize: attention, vocabularySize: words,
      pooling: pooledGrid.map {
        GridPooling(
          height: features.gridHeight, width: features.gridWidth, pooledHeight: $0, pooledWidth: $0)
      })
    guard configuration.isSound else {
      throw CheckpointError(.malformed, "\(path): one of its sizes is out of range")
    }
    for (name, rows, columns) in configuration.parameterShapes {
      let found = try extents(name)
      guard found == [rows, columns] || (rows == 1 && found == [columns]) else {
        throw CheckpointError(
          .mismatch,
          "\(path): \(name) has the extents \(found), expected \(rows)×\(columns); is it a decoder "
            + "of the tutorial's kind?")
      }
    }
    let parameters = ParameterSet<Float>(configuration)
    for name in parameters.names {
      parameters[name].copyElements(from: file.tensors[prefix + name]!)
    }
    self.init(
      configuration: configuration, vocabulary: vocabulary, features: features,
      parameters: parameters, card: card)
  }

  /// What stands before the parameters' names, such as `decoder.` or `module.`.
  private static func prefix(_ file: WeightFile) throws(CheckpointError) -> String {
    let last = "attention.encoder_att.weight"
    let prefixes = file.tensors.keys.filter { $0.hasSuffix(last) }.map { $0.dropLast(last.count) }
    guard let prefix = prefixes.min() else {
      throw CheckpointError(
        .mismatch,
        "\(file.path): has no tensor \(last); is it the decoder of an attention model? It has "
          + "\(file.tensors.keys.sorted().prefix(4).joined(separator: ", ")), …")
    }
    return String(prefix)
  }

  /// Writes the parameters alone, as float32 under their names here, which are the tutorial's: for
  /// a path that ends in `.pth` or `.pt` as `torch.load` reads it, else as safetensors.
  ///
  /// - Throws: ``CheckpointError`` `unwritable`.
  public func export(to path: String) throws(CheckpointError) {
    var tensors: [(name: String, tensor: Tensor)] = []
    for (name, rows, columns) in configuration.parameterShapes {
      let shape: Shape = rows == 1 && !name.hasSuffix(".weight") ? [columns] : [rows, columns]
      tensors.append((name, Tensor(shape, parameters[name].elements)))
    }
    do {
      if path.hasSuffix(".pth") || path.hasSuffix(".pt") {
        try WeightFile.writePyTorch(tensors, to: path)
      } else {
        try WeightFile.write(Dictionary(uniqueKeysWithValues: tensors), to: path)
      }
    } catch {
      throw CheckpointError(.unwritable, "\(error)")
    }
  }
}
