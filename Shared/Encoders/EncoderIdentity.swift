public import Imaging

/// What features depend on: two encoders with equal identities (the name aside) give the same
/// features, and a decoder that was trained on one can be used with the other.
public struct EncoderIdentity: Hashable, Sendable {
  /// What people call it.
  public var name: String
  public var architecture: Architecture
  /// The SHA-256 of the weights, whatever file they came in: 64 hexadecimal digits.
  public var weightsHash: String
  public var normalization: Normalization
  /// The height and width that images are resized to before they are encoded.
  public var inputSize: Int

  public init(
    name: String, architecture: Architecture, weightsHash: String,
    normalization: Normalization, inputSize: Int
  ) {
    self.name = name
    self.architecture = architecture
    self.weightsHash = weightsHash
    self.normalization = normalization
    self.inputSize = inputSize
  }
}
