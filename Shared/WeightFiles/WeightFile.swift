public import Tensor

/// The named tensors of a file: safetensors, or what PyTorch's `torch.save` wrote.
///
/// Reading runs no code, whatever the file says. The file stays mapped for as long as one of the
/// tensors is alive, so reading costs memory only for what is touched.
public struct WeightFile: Sendable {
  /// How the tensors are written down.
  public enum Format: String, Sendable {
    case safetensors
    /// `torch.save` since PyTorch 1.6: a ZIP archive.
    case pyTorchZip
    /// `torch.save` before PyTorch 1.6.
    case pyTorchLegacy
  }

  public let path: String
  public let format: Format
  /// The tensors by name. In PyTorch files the names of dictionaries inside dictionaries are
  /// joined by dots. bfloat16 is widened to float32.
  public let tensors: [String: Tensor]
  /// safetensors' `__metadata__`; empty for PyTorch files.
  public let metadata: [String: String]
  /// The mapped file; nil for tensors that were never in one.
  private let file: AlignedBuffer?

  /// Maps the file and checks its structure.
  ///
  /// - Throws: ``WeightFileError`` for a file that cannot be read, that contradicts its format, or
  ///   that asks for Python objects other than tensors, numbers, strings, lists and dictionaries.
  public static func open(_ path: String) throws(WeightFileError) -> WeightFile {
    try WeightFile(path: path, file: try MappedFile.open(path))
  }

  init(path: String, file: AlignedBuffer) throws(WeightFileError) {
    self.path = path
    self.file = file
    if file.starts(with: [0x50, 0x4b, 3, 4]) {
      format = .pyTorchZip
      tensors = try PyTorchFile.readZip(file, path: path)
      metadata = [:]
    } else if file.starts(with: PyTorchFile.legacyPrefix) {
      format = .pyTorchLegacy
      tensors = try PyTorchFile.readLegacy(file, path: path)
      metadata = [:]
    } else if SafetensorsFile.matches(file) {
      format = .safetensors
      (tensors, metadata) = try SafetensorsFile.read(file, path: path)
    } else {
      throw WeightFileError(
        code: .unsupported, path: path,
        message: "is neither a safetensors file nor one that torch.save wrote")
    }
  }

  /// Tensors that are in memory, to be used like those of a file.
  ///
  /// - Parameters:
  ///   - tensors: by name.
  ///   - metadata: what is said about them.
  ///   - path: what messages call them.
  public init(_ tensors: [String: Tensor], metadata: [String: String] = [:], path: String) {
    self.path = path
    self.format = .safetensors
    self.tensors = tensors
    self.metadata = metadata
    self.file = nil
  }

  /// Gives back the memory that holds the file's bytes; they are read again when touched.
  public func releasePages() {
    if let file { MappedFile.releasePages(of: file) }
  }

  /// The SHA-256 of the file at `path`, in hexadecimal digits, as `sha256sum` prints it.
  public static func hash(ofFile path: String) throws(WeightFileError) -> String {
    let file = try MappedFile.open(path)
    var hash = SHA256()
    // Piece by piece, so that the whole file is never in memory.
    let piece = 4 << 20
    for start in stride(from: 0, to: file.byteCount, by: piece) {
      hash.update(file.bytes.extracting(start..<min(start + piece, file.byteCount)))
      MappedFile.releasePages(of: file)
    }
    return hash.hexDigest()
  }
}

extension AlignedBuffer {
  /// Whether the first bytes are these.
  fileprivate func starts(with prefix: [UInt8]) -> Bool {
    unsafe withUnsafeBytes { unsafe $0.starts(with: prefix) }
  }
}
