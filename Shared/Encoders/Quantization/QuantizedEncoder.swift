/// The quantized weights of an encoder of a store: a file beside the encoder's, `NAME.int8.safetensors`.
///
/// It goes with the float weights that it was made from, whose hash it names: features are known by
/// those weights, whatever the precision that they were calculated in.
public struct QuantizedEncoder: Sendable, Equatable {
  /// Of the weights that were quantized.
  public var identity: EncoderIdentity
  /// The hash of the quantized tensors.
  public var hash: String
  /// How many images the steps were chosen on.
  public var imageCount: Int
  /// The mean cosine of the angle between an image's features and those of the float weights, over
  /// images that the steps were not chosen on.
  public var cosine: Double
  /// The same for the worst image.
  public var leastCosine: Double
  public var path: String

  /// Whether features are as close to those of the float weights as `auto` wants them.
  public var isClose: Bool { cosine >= Quantization.leastCosine }

  private enum Key {
    static let precision = "precision"
    static let hash = "quantized_sha256"
    static let imageCount = "calibration_images"
    static let cosine = "cosine"
    static let leastCosine = "least_cosine"
  }

  /// What the file says, besides what the encoder's own file does.
  var metadata: [String: String] {
    [
      Key.precision: Precision.int8.rawValue, Key.hash: hash, Key.imageCount: String(imageCount),
      Key.cosine: String(cosine), Key.leastCosine: String(leastCosine),
    ]
  }

  init(
    identity: EncoderIdentity, hash: String, imageCount: Int, cosine: Double, leastCosine: Double,
    path: String
  ) {
    self.identity = identity
    self.hash = hash
    self.imageCount = imageCount
    self.cosine = cosine
    self.leastCosine = leastCosine
    self.path = path
  }

  /// Reads a file's metadata.
  init(name: String, metadata: [String: String], path: String) throws(EncoderError) {
    let entry = try StoredEncoder(name: name, metadata: metadata, path: path)
    guard metadata[Key.precision] == Precision.int8.rawValue, let hash = metadata[Key.hash],
      let imageCount = metadata[Key.imageCount].flatMap({ Int($0) }),
      let cosine = metadata[Key.cosine].flatMap({ Double($0) }),
      let leastCosine = metadata[Key.leastCosine].flatMap({ Double($0) })
    else {
      throw EncoderError(
        code: .mismatch,
        "\(path): does not say how it was quantized; make it again: captionmesh encoder quantize \(name)"
      )
    }
    self.init(
      identity: entry.identity, hash: hash, imageCount: imageCount, cosine: cosine,
      leastCosine: leastCosine, path: path)
  }
}
