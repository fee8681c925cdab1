public import Compute
public import Features
import FoundationEssentials
import Tensor
public import Vocabulary
import WeightFiles

/// A decoder as it is stored: one safetensors file whose metadata holds all that is needed to use
/// it, so that weights, vocabulary and encoder cannot be mixed up.
///
/// Metadata keys: `format` ("captionmesh.decoder"), `version`, and as JSON `configuration`,
/// `vocabulary` (words by id), `features` (the identity of the features that it takes) and `card`
/// (what people want to know: data, options, seed, scores, the command).
public struct Checkpoint: Sendable {
  public static let format = "captionmesh.decoder"
  public static let version = "1"

  public var configuration: DecoderConfiguration
  public var vocabulary: Vocabulary
  public var features: FeatureIdentity
  public var parameters: ParameterSet<Float>
  /// Free text by topic.
  public var card: [String: String]
  /// SHA-256 of the file that it was read from; empty before it is written.
  public private(set) var hash = ""

  public init(
    configuration: DecoderConfiguration, vocabulary: Vocabulary, features: FeatureIdentity,
    parameters: ParameterSet<Float>, card: [String: String]
  ) {
    precondition(vocabulary.count == configuration.vocabularySize, "another vocabulary")
    precondition(features.channels == configuration.featureSize, "other features")
    self.configuration = configuration
    self.vocabulary = vocabulary
    self.features = features
    self.parameters = parameters
    self.card = card
  }

  /// The decoder of this checkpoint.
  public func decoder(_ precision: DecoderPrecision = .fp32) -> any CaptionDecoder {
    configuration.decoder(parameters, precision: precision)
  }

  // MARK: Reading

  /// Reads a checkpoint, checking that its parts belong together.
  ///
  /// - Throws: ``CheckpointError``, which names the file and what does not fit.
  public init(path: String) throws(CheckpointError) {
    let file: WeightFile
    do {
      file = try WeightFile.open(path)
      hash = try WeightFile.hash(ofFile: path)
    } catch {
      throw CheckpointError(.unreadable, "\(error)")
    }
    guard file.metadata["format"] == Self.format else {
      throw CheckpointError(
        .malformed, "\(path): is no CaptionMesh decoder; such a file is made by `captionmesh train`"
      )
    }
    guard file.metadata["version"] == Self.version else {
      throw CheckpointError(
        .malformed,
        "\(path): has version \(file.metadata["version"] ?? "none"), expected \(Self.version)")
    }
    configuration = try Self.decode(file, "configuration", path)
    features = try Self.decode(file, "features", path)
    card = try Self.decode(file, "card", path)
    let words: [String] = try Self.decode(file, "vocabulary", path)
    do {
      vocabulary = try Vocabulary(words: words)
    } catch {
      throw CheckpointError(.malformed, "\(path): \(error)")
    }
    guard configuration.isSound else {
      throw CheckpointError(.malformed, "\(path): a size in its configuration is out of range")
    }
    guard vocabulary.count == configuration.vocabularySize else {
      throw CheckpointError(
        .mismatch,
        "\(path): the vocabulary has \(vocabulary.count) words, "
          + "expected \(configuration.vocabularySize)")
    }
    guard features.channels == configuration.featureSize, features.gridHeight > 0,
      features.gridWidth > 0, features.gridHeight <= 1024, features.gridWidth <= 1024
    else {
      throw CheckpointError(
        .mismatch,
        "\(path): its features have \(features.channels) channels, "
          + "expected \(configuration.featureSize)")
    }
    // Extents are checked before anything is allocated by them.
    for (name, rows, columns) in configuration.parameterShapes {
      guard let tensor = file.tensors[name] else {
        throw CheckpointError(.mismatch, "\(path): has no tensor \(name)")
      }
      let expected: [Shape] = rows == 1 ? [[columns], [1, columns]] : [[rows, columns]]
      guard expected.contains(tensor.shape) else {
        throw CheckpointError(
          .mismatch, "\(path): \(name) is \(tensor.shape), expected \(rows)×\(columns)")
      }
      guard tensor.elementType == .float32 || tensor.elementType == .float16 else {
        throw CheckpointError(.malformed, "\(path): \(name) holds \(tensor.elementType)")
      }
    }
    parameters = ParameterSet(configuration)
    for name in parameters.names { parameters[name].copyElements(from: file.tensors[name]!) }
  }

  private static func decode<Value: Decodable>(
    _ file: WeightFile, _ key: String, _ path: String
  ) throws(CheckpointError) -> Value {
    guard let text = file.metadata[key],
      let value = try? JSONDecoder().decode(Value.self, from: Data(text.utf8))
    else { throw CheckpointError(.malformed, "\(path): its metadata has no sound “\(key)”") }
    return value
  }

  // MARK: Writing

  /// The numbers as they are written.
  public enum Precision: String, Sendable, CaseIterable { case float32, float16 }

  /// Writes the checkpoint beside its place and renames it there.
  ///
  /// - Throws: ``CheckpointError``.
  public func write(to path: String, precision: Precision) throws(CheckpointError) {
    var tensors: [String: Tensor] = [:]
    for (name, rows, columns) in configuration.parameterShapes {
      let shape: Shape = rows == 1 && !name.hasSuffix("weight") ? [columns] : [rows, columns]
      let single = Tensor(shape, parameters[name].elements)
      tensors[name] = precision == .float32 ? single : single.halved()
    }
    let metadata = [
      "format": Self.format, "version": Self.version, "configuration": Self.encode(configuration),
      "vocabulary": Self.encode(vocabulary.words), "features": Self.encode(features),
      "card": Self.encode(card),
    ]
    do {
      try WeightFile.write(tensors, metadata: metadata, to: path)
    } catch {
      throw CheckpointError(.unwritable, "\(error)")
    }
  }

  private static func encode(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Strings and finite integers always encode.
    return String(decoding: try! encoder.encode(value), as: UTF8.self)
  }
}

/// Why a checkpoint cannot be used. The message names the file and what was expected and found.
public struct CheckpointError: Error, CustomStringConvertible {
  public enum Code: String, Sendable {
    case unreadable, unwritable
    /// The file is no checkpoint, or a damaged one.
    case malformed
    /// Parts that do not belong together.
    case mismatch
  }
  public var code: Code
  public var message: String
  public var description: String { message }

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
