public import Features
public import Imaging
public import Tensor

extension EncoderIdentity {
  /// What is done to a photograph before it is encoded.
  public var preprocessing: Preprocessing {
    Preprocessing(width: inputSize, height: inputSize, normalization: normalization)
  }

  /// What the encoder's features are known by.
  public var features: FeatureIdentity {
    let network = architecture.network
    let grid = network.extents(ofImages: [1, 3, inputSize, inputSize])[network.output]
    return FeatureIdentity(
      encoder: name, weightsHash: weightsHash, preprocessing: preprocessing.fingerprint,
      gridHeight: grid[2], gridWidth: grid[3], channels: grid[1])
  }
}

extension ImageEncoder {
  /// What its features are known by.
  public var features: FeatureIdentity { identity.features }

  /// What is done to a photograph before it is encoded.
  public var preprocessing: Preprocessing { identity.preprocessing }

  /// The shape of one image tensor, [3, H, W].
  public var inputShape: Shape { [3, identity.inputSize, identity.inputSize] }
}

extension EncoderStore {
  /// Every encoder in the store, by name.
  ///
  /// - Throws: ``EncoderError`` `mismatch` for a file that was not made by importing.
  public func entries() throws(EncoderError) -> [StoredEncoder] {
    var entries: [StoredEncoder] = []
    for name in names() { entries.append(try entry(name)) }
    return entries
  }

  /// The encoder whose features are those that a decoder was trained on, whatever its name.
  ///
  /// - Throws: ``EncoderError`` `missing` when the store has no encoder of that name, `mismatch`
  ///   with what was expected and found when it has another one.
  public func entry(matching features: FeatureIdentity) throws(EncoderError) -> StoredEncoder {
    if let match = try entries().first(where: {
      $0.identity.features.fingerprint == features.fingerprint
    }) {
      return match
    }
    let found = try entry(features.encoder).identity.features
    throw EncoderError(
      code: .mismatch,
      "\(path): the model needs features of \(features), but the encoder of that name gives those "
        + "of \(found): expected \(features.fingerprint), found \(found.fingerprint); import the "
        + "weights that the model was trained with; an encoder that was fine-tuned lies beside its "
        + "model, from where the two are to be copied together")
  }

  /// The encoder that gives features of that identity, and its store: the folder of the model, where
  /// an encoder that was fine-tuned with it lies, or else this store.
  ///
  /// - Throws: ``EncoderError`` as ``entry(matching:)``.
  public func entry(
    matching features: FeatureIdentity, beside model: String
  ) throws(EncoderError) -> (store: EncoderStore, entry: StoredEncoder) {
    let folder = model.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let beside = EncoderStore(path: folder.isEmpty ? "." : folder.joined(separator: "/"))
    for name in beside.names() {
      // The model itself lies there as well, which is no encoder.
      guard let entry = try? beside.entry(name) else { continue }
      if entry.identity.features.fingerprint == features.fingerprint { return (beside, entry) }
    }
    return (self, try entry(matching: features))
  }
}
