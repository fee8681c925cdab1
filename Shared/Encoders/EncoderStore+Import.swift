public import Imaging
internal import Glibc
internal import Tensor
internal import WeightFiles

extension EncoderStore {
  /// Copies the weights of an encoder into the store.
  ///
  /// The entry appears when it is complete; one with the same name is replaced. Only tensors that
  /// the network uses are kept, a classifier's last layer is not.
  ///
  /// - Parameters:
  ///   - file: a safetensors file, or one that `torch.save` wrote, with a state_dict in the names
  ///     of torchvision or `efficientnet_lite_pytorch`.
  ///   - name: letters, digits and "-_."; nil for the architecture's.
  ///   - normalization: nil for what published weights of the architecture were trained with.
  ///   - inputSize: the height and width that images are resized to.
  ///   - credit: who made the weights and under which licence.
  /// - Throws: ``EncoderError``: `missing` or `mismatch` for the file, `invalid` for an option,
  ///   `failed` where the store cannot be written.
  public func importWeights(
    from file: String, architecture: Architecture, name: String? = nil,
    normalization: Normalization? = nil, inputSize: Int = 256, credit: String = ""
  ) throws(EncoderError) -> StoredEncoder {
    let name = name ?? architecture.rawValue
    guard Self.isName(name) else {
      throw EncoderError(
        code: .invalid,
        "'\(name)' cannot be an encoder's name: use letters, digits, '-', '_' and '.', 64 at most")
    }
    guard Self.inputSizes.contains(inputSize) else {
      throw EncoderError(
        code: .invalid,
        "the input size is \(inputSize), but must be \(Self.inputSizes.lowerBound) to "
          + "\(Self.inputSizes.upperBound)")
    }
    let (source, sourceHash) = try Self.open(file)
    let weights = try NetworkWeights(architecture.network, in: source)
    let entry = StoredEncoder(
      identity: EncoderIdentity(
        name: name, architecture: architecture, weightsHash: weights.hash(),
        normalization: normalization ?? architecture.defaultNormalization, inputSize: inputSize),
      sourceFile: Self.lastComponent(of: file), sourceHash: sourceHash, credit: credit,
      path: self.file(name))
    var tensors: [String: Tensor] = [:]
    for (name, _) in weights.network.tensorShapes { tensors[name] = weights.tensor(name) }
    try makeFolder()
    do {
      try WeightFile.write(tensors, metadata: entry.metadata, to: entry.path)
    } catch {
      throw EncoderError(code: .failed, error.description)
    }
    return entry
  }

  private static func open(
    _ file: String
  ) throws(EncoderError) -> (source: WeightFile, hash: String) {
    let hash: String
    let source: WeightFile
    do {
      hash = try WeightFile.hash(ofFile: file)
      source = try WeightFile.open(file)
    } catch {
      throw EncoderError(
        code: error.code == .unreadable ? .missing : .mismatch, error.description)
    }
    guard let digits = hashDigits(inNameOf: file), !hash.hasPrefix(digits) else {
      return (source, hash)
    }
    throw EncoderError(
      code: .mismatch,
      "\(file): its name says that its SHA-256 begins with \(digits), but it is \(hash); fetch it "
        + "again")
  }

  /// Published weight files carry the first eight digits of their SHA-256 in their names, such as
  /// resnet101-63fe2227.pth, which shows a download that was cut off or altered. Eight digits
  /// without a letter are no evidence: they may be a date.
  private static func hashDigits(inNameOf file: String) -> Substring? {
    let stem = lastComponent(of: file).prefix { $0 != "." }
    guard let digits = stem.split(separator: "-").last, digits.utf8.count == 8,
      digits.allSatisfy({ "0123456789abcdef".contains($0) }),
      digits.contains(where: { "abcdef".contains($0) })
    else { return nil }
    return digits
  }

  private static func lastComponent(of path: String) -> String {
    String(path.split(separator: "/").last ?? "")
  }

  /// Makes the store's folder and those that it lies in.
  private func makeFolder() throws(EncoderError) {
    var folder = path.hasPrefix("/") ? "" : "."
    for component in path.split(separator: "/") {
      folder += "/\(component)"
      if unsafe mkdir(folder, 0o755) != 0, errno != EEXIST {
        throw EncoderError(
          code: .failed, "\(folder): cannot be made: \(unsafe String(cString: strerror(errno)))")
      }
    }
  }
}
