internal import Glibc
internal import WeightFiles

/// A folder of encoders: one safetensors file each, `NAME.safetensors`.
public struct EncoderStore: Sendable {
  /// The heights and widths that an encoder may be set to.
  public static let inputSizes = 32...4096

  private static let suffix = ".safetensors"

  /// The folder; it need not exist before something is imported.
  public let path: String

  /// A store in the given folder, else in the user's: `captionmesh/encoders` under
  /// `$XDG_DATA_HOME`, which is `~/.local/share` where it is not set.
  public init(path: String? = nil) { self.path = path ?? Self.defaultPath }

  /// The user's store.
  public static var defaultPath: String {
    let data =
      environment("XDG_DATA_HOME") ?? (environment("HOME") ?? "") + "/.local/share"
    return data + "/captionmesh/encoders"
  }

  private static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// The names of the encoders in the store, in order; none if there is no store.
  public func names() -> [String] {
    guard let folder = unsafe opendir(path) else { return [] }
    defer { unsafe _ = closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let file = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      let name = String(file.dropLast(Self.suffix.count))
      if file.hasSuffix(Self.suffix), Self.isName(name), !name.hasSuffix(Self.quantizedSuffix) {
        names.append(name)
      }
    }
    return names.sorted()
  }

  /// What the store says about an encoder, without looking at its weights.
  ///
  /// - Throws: ``EncoderError``: `missing`, or `mismatch` for a file that was not made by
  ///   importing.
  public func entry(_ name: String) throws(EncoderError) -> StoredEncoder {
    try open(name).entry
  }

  /// Reads an encoder's weights completely and compares them with what was imported.
  ///
  /// - Throws: ``EncoderError``: `missing`, or `mismatch` that says what was expected and found.
  @discardableResult
  public func verify(_ name: String) throws(EncoderError) -> StoredEncoder {
    let (entry, file) = try open(name)
    _ = try verifiedWeights(entry, file)
    return entry
  }

  /// An encoder's weights, after comparing them with what was imported.
  func weights(
    of name: String
  ) throws(EncoderError) -> (entry: StoredEncoder, weights: NetworkWeights) {
    let (entry, file) = try open(name)
    return (entry, try verifiedWeights(entry, file))
  }

  /// The name of the encoder that a file of a store holds.
  ///
  /// - Throws: ``EncoderError`` `invalid` where the file's name is not that of an encoder.
  static func name(ofFile path: String) throws(EncoderError) -> String {
    let file = path.split(separator: "/").last ?? ""
    let name = String(file.dropLast(suffix.count))
    guard file.hasSuffix(suffix), isName(name) else {
      throw EncoderError(
        code: .invalid,
        "\(path): cannot be an encoder's file: it is called NAME\(suffix), NAME being letters, "
          + "digits, '-', '_' and '.'")
    }
    return name
  }

  func file(_ name: String) -> String { "\(path)/\(name)\(Self.suffix)" }

  /// Names are file names that need no quoting and cannot leave the folder.
  static func isName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count) && !name.hasPrefix(".")
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
          UInt8(ascii: "."):
          true
        default: false
        }
      }
  }

  private func open(_ name: String) throws(EncoderError) -> (entry: StoredEncoder, WeightFile) {
    guard Self.isName(name), unsafe access(file(name), F_OK) == 0 else {
      let names = names()
      let others = names.isEmpty ? "it is empty" : "it has \(names.joined(separator: ", "))"
      throw EncoderError(
        code: .missing,
        "there is no encoder '\(name)' in \(path) (\(others)); import its weights: captionmesh "
          + "encoder import FILE --architecture ARCHITECTURE --name \(name)")
    }
    let file: WeightFile
    do {
      file = try WeightFile.open(self.file(name))
    } catch {
      throw EncoderError(code: .mismatch, "\(error); import the weights again")
    }
    let entry = try StoredEncoder(name: name, metadata: file.metadata, path: file.path)
    return (entry, file)
  }

  private func verifiedWeights(
    _ entry: StoredEncoder, _ file: WeightFile
  ) throws(EncoderError) -> NetworkWeights {
    let remedy =
      "import them again: captionmesh encoder import \(entry.sourceFile) --architecture "
      + "\(entry.identity.architecture) --name \(entry.identity.name)"
    let weights: NetworkWeights
    do {
      weights = try NetworkWeights(entry.identity.architecture.network, in: file)
    } catch {
      throw EncoderError(code: .mismatch, "\(error); \(remedy)")
    }
    let found = weights.hash()
    guard found == entry.identity.weightsHash else {
      throw EncoderError(
        code: .mismatch,
        "\(entry.path): the weights are not those that were imported: SHA-256 expected "
          + "\(entry.identity.weightsHash), found \(found); \(remedy)")
    }
    return weights
  }
}
