import Foundation
import Tensor
import Testing
import WeightFiles

@testable import Encoders

/// bfloat16 and integers beside float32, their oracle.
@Suite(.serialized) struct PrecisionTests {
  private static let architectures = [Architecture.resnet18, .efficientNetLite0, .resnet101v2c4]

  /// Runs `body` with a store in a new folder that has an encoder with synthetic weights.
  private func withStore(
    _ architecture: Architecture, _ body: (EncoderStore, String) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "precision-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appending(path: "weights.safetensors").path()
    try WeightFile.write(Synthetic.weights(architecture), to: file)
    let store = EncoderStore(path: folder.appending(path: "store").path())
    _ = try store.importWeights(from: file, architecture: architecture, name: "mine", inputSize: 64)
    try body(store, "mine")
  }

  private func photographs(_ count: Int) -> [Tensor] {
    let images = Synthetic.images([count, 3, 64, 64])
    return (0..<count).map { images[$0] }
  }

  private func cosine(_ a: Tensor, _ b: Tensor) -> Double {
    EncoderStore.cosine(a.array(of: Float.self), b.array(of: Float.self))
  }

  @Test(
    .enabled(if: Precision.bf16.isFast, "needs a processor that multiplies bfloat16"),
    arguments: architectures)
  func bfloat16IsCloseToFloat32(_ architecture: Architecture) throws {
    let images = Synthetic.images([2, 3, 64, 64])
    let exact = try Synthetic.encoder(architecture).encode(images)
    let half = try Synthetic.encoder(architecture, precision: .bf16)
    #expect(half.precision == .bf16)
    let found = try half.encode(images)
    #expect(found.shape == exact.shape)
    #expect(cosine(found, exact) >= 0.999)
  }

  @Test(.enabled(if: !Precision.bf16.isFast, "needs a processor without bfloat16"))
  func bfloat16IsRefusedWhereItWouldBeSlow() throws {
    let error = #expect(throws: EncoderError.self) {
      try Synthetic.encoder(.resnet18, precision: .bf16)
    }
    #expect(error?.code == .invalid)
  }

  @Test(arguments: architectures)
  func integersAreCloseToFloat32(_ architecture: Architecture) throws {
    try withStore(architecture) { store, name in
      let made = try store.quantize(name, images: photographs(8), threadCount: 2)
      #expect(made.imageCount == 6)
      #expect(made.cosine >= 0.98, "\(made.cosine)")
      #expect(try store.quantized(name) == made)
      // It is no encoder of its own.
      #expect(store.names() == [name])
      let integers = try store.load(name, precision: .int8, threadCount: 2)
      let exact = try store.load(name, threadCount: 2)
      #expect(integers.precision == .int8)
      #expect(integers.identity == exact.identity)
      let images = Synthetic.images([3, 3, 64, 64])
      let (a, b) = try (integers.encode(images), exact.encode(images))
      #expect(cosine(a, b) >= 0.98)
      // An image's features do not depend on the batch.
      let alone = try integers.encode(images[2].reshaped(to: [1, 3, 64, 64]))
      #expect(cosine(alone, a[2]) > 0.999999)
    }
  }

  @Test func autoTakesIntegersThatAreCloseAndNoOthers() throws {
    try withStore(.resnet18) { store, name in
      let float: Precision = Precision.bf16.isFast ? .bf16 : .fp32
      #expect(try store.precision(of: name, choice: .auto) == float)
      var made = try store.quantize(name, images: photographs(4), threadCount: 2)
      let expected = Precision.int8.isFast && made.isClose ? Precision.int8 : float
      #expect(try store.precision(of: name, choice: .auto) == expected)
      made.cosine = 0.9
      let file = try WeightFile.open(made.path)
      try WeightFile.write(
        file.tensors, metadata: file.metadata.merging(made.metadata) { $1 }, to: made.path)
      #expect(try store.precision(of: name, choice: .auto) == float)
      #expect(try store.precision(of: name, choice: .int8) == .int8)
    }
  }

  @Test func integersOfOtherWeightsOrAlteredOnesAreRefused() throws {
    try withStore(.resnet18) { store, name in
      let missing = #expect(throws: EncoderError.self) {
        try store.load(name, precision: .int8, threadCount: 1)
      }
      #expect(missing?.code == .missing)
      #expect(missing?.message.contains("encoder quantize mine") == true)

      let made = try store.quantize(name, images: photographs(2), threadCount: 2)
      let file = try WeightFile.open(made.path)
      var tensors = file.tensors
      tensors["conv1.bias"] = Tensor([64], [Float](repeating: 1, count: 64))
      try WeightFile.write(tensors, metadata: file.metadata, to: made.path)
      let altered = #expect(throws: EncoderError.self) {
        try store.load(name, precision: .int8, threadCount: 1)
      }
      #expect(altered?.code == .mismatch)

      try WeightFile.write(
        file.tensors,
        metadata: file.metadata.merging(["weights_sha256": String(repeating: "0", count: 64)]) {
          $1
        }, to: made.path)
      let strange = #expect(throws: EncoderError.self) {
        try store.load(name, precision: .int8, threadCount: 1)
      }
      #expect(strange?.code == .mismatch)
      // What is wrong with them keeps no other precision from being used.
      #expect(try store.precision(of: name, choice: .auto) != .int8)
      _ = try store.load(name, precision: .fp32, threadCount: 1)
    }
  }

  @Test func tooFewImagesAndUnknownNamesAreRefused() throws {
    try withStore(.resnet18) { store, name in
      #expect(throws: EncoderError.self) {
        try store.quantize(name, images: photographs(1), threadCount: 1)
      }
      let error = #expect(throws: EncoderError.self) {
        try store.quantize(
          name, images: photographs(2), keeping: ["nothing"], threadCount: 1)
      }
      #expect(error?.message.contains("nothing") == true)
      #expect(throws: EncoderError.self) {
        try store.importWeights(from: store.entry(name).path, name: "other.int8")
      }
    }
  }

  @Test func weightsKeepTheirValueToHalfAStep() {
    let weights: [Float] = [0.5, -1, 0.25, 0.001, 0, 0, 0, 0]
    let (integers, steps) = Quantizer.integers(weights, channels: 2)
    #expect(steps.count == 2)
    for (index, weight) in weights.enumerated() {
      let step = steps[index / 4]
      #expect(abs(Float(integers[index]) * step - weight) <= step)
    }
    #expect(integers.suffix(4).allSatisfy { $0 == 0 })
  }

  @Test func aStepCutsOffRareGiants() {
    var histogram = Histogram(peak: 100)
    let small = (0..<10_000).map { Float($0 % 100) / 100 }
    histogram.add(small.span)
    #expect(histogram.bestStep(largest: 255) < 20 / 255)
    var even = Histogram(peak: 100)
    let spread = (0..<1000).map { Float($0) / 10 }
    even.add(spread.span)
    #expect(even.bestStep(largest: 255) > 95 / 255)
  }
}
