import Compute
import Features
import Foundation
import Tensor
import Testing

@testable import Encoders

@Suite(.serialized) struct TrainableEncoderTests {
  /// An encoder of synthetic weights for square images.
  private func encoder(
    _ architecture: Architecture, size: Int, opening: Opening, batchSize: Int = 2
  ) throws -> TrainableEncoder {
    let identity = EncoderIdentity(
      name: "synthetic", architecture: architecture, weightsHash: "",
      normalization: architecture.defaultNormalization, inputSize: size)
    return try TrainableEncoder(
      identity, try NetworkWeights(architecture.network, in: Synthetic.file(architecture)),
      opening: opening, batchSize: batchSize, threadCount: 2)
  }

  /// The gradient by the features [images · cells, channels] of the loss of make_gradients.py,
  /// which numbers the features [images, channels, cells].
  private func lossGradient(_ encoder: TrainableEncoder, images: Int) -> Matrix<Float> {
    let gradient = Matrix<Float>(images * encoder.cells, encoder.channels)
    let factors = Synthetic.read(from: 4001, [images, encoder.channels, encoder.cells])
      .array(of: Float.self)
    for image in 0..<images {
      for channel in 0..<encoder.channels {
        for cell in 0..<encoder.cells {
          gradient[image * encoder.cells + cell, channel] =
            factors[(image * encoder.channels + channel) * encoder.cells + cell]
        }
      }
    }
    return gradient
  }

  private func dot(_ a: Matrix<Float>, _ b: Matrix<Float>) -> Double {
    zip(a.elements, b.elements).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  private struct SampledGradient: Decodable {
    var maximum: Float
    var norm: Double
    var step: Int
    var values: [Float]
  }

  private static let goldens: [String: [String: SampledGradient]] = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/Encoders/gradients.json")
    return try! JSONDecoder().decode(
      [String: [String: SampledGradient]].self, from: Data(contentsOf: file))
  }()

  @Test(arguments: [
    (Architecture.efficientNetLite0, 64, Opening.lastBlocks(16)),
    (.resnet18, 96, .fromLayer(2)), (.resnet50, 64, .fromLayer(3)),
    (.resnet101v2c4, 64, .fromLayer(3)),
  ])
  func gradientsArePyTorchs(_ architecture: Architecture, size: Int, opening: Opening) throws {
    let encoder = try encoder(architecture, size: size, opening: opening)
    let features = try encoder.forward(Synthetic.images([2, 3, size, size]))
    #expect(features.rows == 2 * encoder.cells)
    try encoder.backward(lossGradient(encoder, images: 2))
    let expected = try #require(Self.goldens[architecture.rawValue])
    #expect(Set(encoder.gradients.names) == Set(expected.keys))
    for name in encoder.gradients.names {
      let found = encoder.gradients[name].elements
      let golden = try #require(expected[name])
      let differences = golden.values.indices.map {
        abs(found[$0 * golden.step] - golden.values[$0])
      }
      #expect(differences.max()! <= 1e-3 * golden.maximum, "\(name)")
      // Where a ReLU's argument is nearly 0, rounding decides whether a gradient passes; on some
      // processors that may meet the largest element.
      #expect(abs(found.map(abs).max()! - golden.maximum) <= 1e-2 * golden.maximum, "\(name)")
      let norm = dot(encoder.gradients[name], encoder.gradients[name]).squareRoot()
      #expect(abs(norm - golden.norm) <= 1e-3 * golden.norm, "\(name)")
    }
  }

  @Test(arguments: [
    (Architecture.efficientNetLite0, Opening.lastBlocks(3)), (.resnet18, .fromLayer(4)),
  ])
  func gradientsAreDifferenceQuotients(_ architecture: Architecture, opening: Opening) throws {
    let encoder = try encoder(architecture, size: 64, opening: opening)
    let images = Synthetic.images([2, 3, 64, 64])
    let loss = lossGradient(encoder, images: 2)
    _ = try encoder.forward(images)
    try encoder.backward(loss)
    for name in encoder.parameters.names {
      let (parameter, gradient) = (encoder.parameters[name], encoder.gradients[name])
      let before = parameter.elements
      // Along the gradient, where the loss changes most beside its rounding errors.
      let slope = dot(gradient, gradient)
      let length = Double(2e-4) * dot(parameter, parameter).squareRoot() / slope.squareRoot()
      func value(_ step: Double) throws -> Double {
        parameter.copyElements(from: before)
        parameter.add(gradient, scale: Float(step))
        return dot(try encoder.forward(images), loss)
      }
      let quotient = try (value(length) - value(-length)) / (2 * length)
      parameter.copyElements(from: before)
      #expect(abs(quotient - slope) <= 2e-2 * slope, "\(name): \(quotient) for \(slope)")
    }
  }

  @Test func featuresAreTheEncoders() throws {
    for (architecture, opening) in [
      (Architecture.resnet18, Opening.fromLayer(1)), (.efficientNetLite0, .lastBlocks(2)),
    ] {
      let encoder = try encoder(architecture, size: 64, opening: opening, batchSize: 4)
      let images = Synthetic.images([3, 3, 64, 64])
      let found = try encoder.forward(images)
      let expected = try Synthetic.encoder(architecture).encode(images).array(of: Float.self)
      let largest = expected.map(abs).max()!
      #expect(found.rows == 3 * encoder.cells && found.columns == encoder.channels)
      var difference: Float = 0
      for row in 0..<found.rows {
        let (image, cell) = row.quotientAndRemainder(dividingBy: encoder.cells)
        for channel in 0..<encoder.channels {
          let place = (image * encoder.channels + channel) * encoder.cells + cell
          difference = max(difference, abs(found[row, channel] - expected[place]))
        }
      }
      #expect(difference <= 1e-4 * largest)
    }
  }

  /// Images of zeros fill a batch up; they must not show in the gradient.
  @Test func aSmallBatchGivesTheSameGradient() throws {
    let opening = Opening.lastBlocks(2)
    let images = Synthetic.images([2, 3, 64, 64])
    let exact = try encoder(.efficientNetLite0, size: 64, opening: opening)
    let larger = try encoder(.efficientNetLite0, size: 64, opening: opening, batchSize: 5)
    for encoder in [exact, larger] {
      // A full batch before, whose activations must not stay.
      _ = try encoder.forward(Synthetic.images([encoder.batchSize, 3, 64, 64]))
      _ = try encoder.forward(images)
      try encoder.backward(lossGradient(encoder, images: 2))
    }
    for name in exact.gradients.names {
      let (a, b) = (exact.gradients[name].elements, larger.gradients[name].elements)
      let largest = a.map(abs).max()!
      #expect(zip(a, b).map { abs($0 - $1) }.max()! <= 1e-5 * largest, "\(name)")
    }
  }

  @Test func theSameStepGivesTheSameBits() throws {
    let images = Synthetic.images([2, 3, 64, 64])
    let runs = try (0..<2).map { _ in
      let encoder = try encoder(.efficientNetLite0, size: 64, opening: .lastBlocks(16))
      _ = try encoder.forward(images)
      try encoder.backward(lossGradient(encoder, images: 2))
      return encoder.gradients
    }
    for name in runs[0].names {
      #expect(
        zip(runs[0][name].elements, runs[1][name].elements).allSatisfy { $0 == $1 }, "\(name)")
    }
  }

  @Test func whatWasLearntIsWrittenLoadedAndImported() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "encoders-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let encoder = try encoder(.efficientNetLite0, size: 64, opening: .lastBlocks(16))
    for name in encoder.parameters.names { encoder.parameters[name].scale(by: 1.01) }
    let images = Synthetic.images([2, 3, 64, 64])

    // The same features as it has itself, up to the weights' rounding.
    let learnt = try encoder.forward(images).elements
    let largest = learnt.map(abs).max()!
    for (precision, tolerance) in [(TrainableEncoder.Precision.single, Float(1e-3)), (.half, 4e-3)]
    {
      let snapshot = try encoder.snapshot(precision: precision, threadCount: 2)
      let found = try snapshot.encodeCells(images).array(of: Float16.self)
      #expect(zip(found, learnt).map { abs(Float($0) - $1) }.max()! <= tolerance * largest)
    }

    let entry = try encoder.write(
      to: folder.appending(path: "tuned.safetensors").path(), credit: "nobody")
    let stored = EncoderStore(path: folder.path())
    #expect(try stored.entry("tuned") == entry)
    let snapshot = try encoder.snapshot(threadCount: 2)
    #expect(entry.identity.weightsHash == snapshot.identity.weightsHash)
    #expect(
      try stored.load("tuned", threadCount: 2).encodeCells(images).array(of: Float16.self)
        == snapshot.encodeCells(images).array(of: Float16.self))
    let bytes = try Data(contentsOf: URL(filePath: entry.path)).count
    #expect(bytes < encoder.parameters.count * 5 / 2)

    let other = EncoderStore(path: folder.appending(path: "store").path())
    let imported = try other.importWeights(from: entry.path, name: "mine")
    #expect(imported.identity.features.fingerprint == entry.identity.features.fingerprint)
    #expect(imported.credit == "nobody")
    #expect(throws: EncoderError.self) { try encoder.write(to: folder.path() + "/tuned.pth") }
  }

  @Test(arguments: [
    (Architecture.efficientNetLite0, Opening.lastBlocks(17)),
    (.efficientNetLite0, .lastBlocks(0)), (.efficientNetLite0, .fromLayer(2)),
    // The gradient would have to pass its shortcut's subsampling.
    (.resnet101v2c4, .fromLayer(2)), (.resnet18, .fromLayer(0)), (.resnet18, .fromLayer(5)),
    (.resnet18, .lastBlocks(9)),
  ])
  func whatIsNotThereCannotBeOpened(_ architecture: Architecture, opening: Opening) throws {
    let error = #expect(throws: EncoderError.self) {
      try encoder(architecture, size: 64, opening: opening)
    }
    #expect(error?.code == .invalid)
  }
}
