import Imaging
import Tensor
import Testing

@Suite("Normalisation and preprocessing")
struct NormalizationTests {
  @Test(
    "every byte in every channel is PyTorch's to the last bit", arguments: Normalization.allCases)
  func golden(normalization: Normalization) throws {
    let golden = try Fixtures.array("normalization-\(normalization.name)")
    let ours = (0..<3).flatMap { channel in
      (0...UInt8.max).map { normalization.normalized($0, channel: channel) }
    }
    #expect(ours.map(\.bitPattern) == golden.array(of: Float.self).map(\.bitPattern))
  }

  @Test("an image becomes three planes", arguments: Normalization.allCases)
  func planes(normalization: Normalization) {
    let image = Image.noise(width: 5, height: 3, seed: 2)
    let bytes = image.pixels.array(of: UInt8.self)
    let planes = normalization.normalized(image)
    #expect(planes.shape == [3, 3, 5])
    let expected = (0..<3).flatMap { channel in
      (0..<15).map { normalization.normalized(bytes[$0 * 3 + channel], channel: channel) }
    }
    #expect(planes.array(of: Float.self) == expected)
  }

  @Test("presets are found by their names")
  func names() {
    #expect(Normalization(name: "torchvision") == .torchvision)
    #expect(Normalization(name: "course") == .course)
    #expect(Normalization(name: "efficientnet-lite") == .efficientNetLite)
    #expect(Normalization(name: "tf") == .tf)
    #expect(Normalization(name: "TF") == nil)
  }

  @Test("fingerprints tell preprocessings apart and read back", arguments: Normalization.allCases)
  func fingerprint(normalization: Normalization) {
    let square = Preprocessing(normalization: normalization)
    let tall = Preprocessing(width: 192, height: 260, normalization: normalization)
    #expect(square.fingerprint == "rgb-256x256-pillow-bilinear-\(normalization.name)")
    #expect(tall.fingerprint == "rgb-192x260-pillow-bilinear-\(normalization.name)")
    #expect(Preprocessing(fingerprint: square.fingerprint) == square)
    #expect(Preprocessing(fingerprint: tall.fingerprint) == tall)
  }

  @Test(
    "what is no fingerprint is refused",
    arguments: [
      "", "rgb-", "rgb-256x256", "rgb-256x256-pillow-bilinear-", "rgb-256x256-lanczos-tf",
      "rgb-0x256-pillow-bilinear-tf", "rgb-256-pillow-bilinear-tf",
      "rgb-+256x256-pillow-bilinear-tf",
      "rgb-256x99999-pillow-bilinear-tf", "rgb-256x256x3-pillow-bilinear-tf",
      "rgb-pillow-bilinear-tf",
      "bgr-256x256-pillow-bilinear-tf", "rgb-256x256-pillow-bilinear-tf ",
    ])
  func noFingerprint(text: String) {
    #expect(Preprocessing(fingerprint: text) == nil)
  }

  @Test("from a file's bytes to a tensor, alone and into a slot of a batch")
  func wholePath() throws {
    let bytes = try Fixtures.bytes("orientation-6.jpg")
    let preprocessing = Preprocessing(width: 9, height: 8, normalization: .torchvision)
    let upright = try ImageDecoder.serving.decode(bytes).resized(width: 9, height: 8)
    let expected = Normalization.torchvision.normalized(upright).array(of: Float.self)

    let tensor = try preprocessing.tensor(from: unsafe bytes.span.bytes, name: "photo")
    #expect(tensor.shape == preprocessing.shape)
    #expect(tensor.array(of: Float.self) == expected)

    let count = preprocessing.shape.elementCount
    let batch = try Tensor([2, 3, 8, 9], of: Float.self) { span throws(ImagingError) in
      try preprocessing.write(unsafe bytes.span.bytes, name: "photo", to: &span, slot: 1)
    }
    #expect(batch[0].array(of: Float.self) == [Float](repeating: 0, count: count))
    #expect(batch[1].array(of: Float.self) == expected)
  }
}
