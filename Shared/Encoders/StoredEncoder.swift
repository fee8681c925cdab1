public import Imaging

/// An encoder's entry in an ``EncoderStore``: a safetensors file whose metadata says these things.
public struct StoredEncoder: Sendable, Equatable {
  public var identity: EncoderIdentity
  /// The file that the weights were imported from, without its folder.
  public var sourceFile: String
  /// The SHA-256 of that file.
  public var sourceHash: String
  /// Who made the weights and under which licence; empty if nobody said.
  public var credit: String
  /// The file in the store.
  public var path: String

  /// What the file's metadata calls things.
  private enum Key {
    static let architecture = "architecture"
    static let normalization = "normalization"
    static let inputSize = "input_size"
    static let weightsHash = "weights_sha256"
    static let sourceFile = "source_file"
    static let sourceHash = "source_sha256"
    static let credit = "credit"
  }

  var metadata: [String: String] {
    [
      Key.architecture: identity.architecture.rawValue,
      Key.normalization: identity.normalization.rawValue,
      Key.inputSize: String(identity.inputSize),
      Key.weightsHash: identity.weightsHash,
      Key.sourceFile: sourceFile,
      Key.sourceHash: sourceHash,
      Key.credit: credit,
    ]
  }

  init(
    identity: EncoderIdentity, sourceFile: String, sourceHash: String, credit: String, path: String
  ) {
    self.identity = identity
    self.sourceFile = sourceFile
    self.sourceHash = sourceHash
    self.credit = credit
    self.path = path
  }

  /// Reads an entry from a file's metadata.
  init(name: String, metadata: [String: String], path: String) throws(EncoderError) {
    func value(_ key: String) throws(EncoderError) -> String {
      guard let value = metadata[key] else {
        throw EncoderError(
          code: .mismatch, "\(path): does not say its \(key); it was not made by importing")
      }
      return value
    }
    let architecture = try Architecture(named: try value(Key.architecture))
    let normalization = try Normalization(named: try value(Key.normalization))
    let size = try value(Key.inputSize)
    guard let inputSize = Int(size), EncoderStore.inputSizes.contains(inputSize) else {
      throw EncoderError(code: .mismatch, "\(path): has the input size \(size)")
    }
    self.init(
      identity: EncoderIdentity(
        name: name, architecture: architecture, weightsHash: try value(Key.weightsHash),
        normalization: normalization, inputSize: inputSize),
      sourceFile: try value(Key.sourceFile), sourceHash: try value(Key.sourceHash),
      credit: metadata[Key.credit] ?? "", path: path)
  }
}

extension Architecture {
  /// - Throws: ``EncoderError`` `invalid` that lists the names there are.
  public init(named name: String) throws(EncoderError) {
    guard let architecture = Self(rawValue: name) else {
      let names = Self.allCases.map(\.rawValue).joined(separator: ", ")
      throw EncoderError(
        code: .invalid, "there is no architecture '\(name)'; there are \(names)")
    }
    self = architecture
  }
}

extension Normalization {
  /// - Throws: `EncoderError` `invalid` that lists the names there are.
  public init(named name: String) throws(EncoderError) {
    guard let normalization = Self(rawValue: name) else {
      let names = Self.allCases.map(\.rawValue).joined(separator: ", ")
      throw EncoderError(
        code: .invalid, "there is no normalization '\(name)'; there are \(names)")
    }
    self = normalization
  }
}
