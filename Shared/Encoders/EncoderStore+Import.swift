internal import Glibc
public import Imaging
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
  ///     of torchvision or `efficientnet_lite_pytorch`, or a file of another store.
  ///   - architecture: nil for the one whose tensors the file has.
  ///   - name: letters, digits and "-_."; nil for the architecture's.
  ///   - normalization: nil for what a store's file says, else what published weights of the
  ///     architecture were trained with.
  ///   - inputSize: the height and width that images are resized to; nil for what a store's file
  ///     says, else 256.
  ///   - credit: who made the weights and under which licence; nil for what a store's file says.
  ///   - hashPrefix: the digits that the file's SHA-256 begins with; nil for those in its name.
  /// - Throws: ``EncoderError``: `missing` or `mismatch` for the file, `invalid` for an option,
  ///   `failed` where the store cannot be written.
  public func importWeights(
    from file: String, architecture: Architecture? = nil, name: String? = nil,
    normalization: Normalization? = nil, inputSize: Int? = nil, credit: String? = nil,
    hashPrefix: String? = nil
  ) throws(EncoderError) -> StoredEncoder {
    if let name { try Self.check(name: name) }
    if let inputSize { try Self.check(inputSize: inputSize) }
    let (source, sourceHash) = try Self.open(file, hashPrefix)
    // What another store says of its file, if it is one.
    let known = try? StoredEncoder(name: "", metadata: source.metadata, path: file)
    let architecture =
      if let stated = architecture ?? known?.identity.architecture { stated } else {
        try Self.recognize(source)
      }
    let name = name ?? architecture.rawValue
    let weights = try NetworkWeights(architecture.network, in: source)
    let entry = StoredEncoder(
      identity: EncoderIdentity(
        name: name, architecture: architecture, weightsHash: weights.hash(),
        normalization: normalization ?? known?.identity.normalization
          ?? architecture.defaultNormalization,
        inputSize: inputSize ?? known?.identity.inputSize ?? 256),
      sourceFile: Self.lastComponent(of: file), sourceHash: sourceHash,
      credit: credit ?? known?.credit ?? "",
      path: self.file(name))
    var tensors: [String: Tensor] = [:]
    for (name, _) in weights.tensorShapes { tensors[name] = weights.tensor(name) }
    try makeFolder()
    do {
      try WeightFile.write(tensors, metadata: entry.metadata, to: entry.path)
    } catch {
      throw EncoderError(code: .failed, error.description)
    }
    return entry
  }

  private static func check(name: String) throws(EncoderError) {
    guard isName(name), !name.hasSuffix(quantizedSuffix) else {
      throw EncoderError(
        code: .invalid,
        "'\(name)' cannot be an encoder's name: use letters, digits, '-', '_' and '.', 64 at most, "
          + "and no '\(quantizedSuffix)' at the end, which quantized weights have")
    }
  }

  private static func check(inputSize: Int) throws(EncoderError) {
    guard inputSizes.contains(inputSize) else {
      throw EncoderError(
        code: .invalid,
        "the input size is \(inputSize), but must be \(inputSizes.lowerBound) to "
          + "\(inputSizes.upperBound)")
    }
  }

  /// The architecture whose tensors a file has; of several, where the smaller ones' tensors are
  /// among a larger one's, the largest.
  private static func recognize(_ file: WeightFile) throws(EncoderError) -> Architecture {
    let fitting = Architecture.allCases.compactMap { architecture in
      (try? NetworkWeights(architecture.network, in: file)).map {
        (architecture: architecture, tensors: $0.tensorShapes.count)
      }
    }
    guard let best = fitting.max(by: { $0.tensors < $1.tensors }) else {
      let names = Architecture.allCases.map(\.rawValue).joined(separator: ", ")
      throw EncoderError(
        code: .mismatch,
        "\(file.path): has the tensors of no architecture that there is: \(names); say with "
          + "--architecture which one it should be to see what is missing")
    }
    return best.architecture
  }

  private static func open(
    _ file: String, _ hashPrefix: String?
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
    guard let digits = hashPrefix ?? hashDigits(inNameOf: file), !hash.hasPrefix(digits) else {
      return (source, hash)
    }
    throw EncoderError(
      code: .mismatch,
      "\(file): its SHA-256 should begin with \(digits), but it is \(hash); fetch it again")
  }

  /// Published weight files carry the first eight digits of their SHA-256 in their names, such as
  /// resnet101-63fe2227.pth, which shows a download that was cut off or altered. Eight digits
  /// without a letter are no evidence: they may be a date.
  private static func hashDigits(inNameOf file: String) -> String? {
    let stem = lastComponent(of: file).prefix { $0 != "." }
    guard let digits = stem.split(separator: "-").last, digits.utf8.count == 8,
      digits.allSatisfy({ "0123456789abcdef".contains($0) }),
      digits.contains(where: { "abcdef".contains($0) })
    else { return nil }
    return String(digits)
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
