import Compute
import Decoders
import Features
import Foundation
import Tensor
import Testing
import Vocabulary
import WeightFiles

@Suite("A decoder that PyTorch has trained captions the same here")
struct TutorialTests {
  /// What Tests/Fixtures/Decoders/make_tutorial.py wrote.
  private struct Golden: Decodable {
    struct Image: Decodable {
      struct Beam: Decodable {
        let width: Int
        let words: [Int]
        let logProbability: Double
      }
      let features: [Float]
      let beams: [Beam]
    }
    let native, pooled, channels, longest: Int
    let images: [Image]
  }

  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/Decoders").path
  private let golden: Golden
  private let vocabulary: Vocabulary
  private let features: FeatureIdentity

  init() throws {
    func json<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
      try JSONDecoder().decode(
        type, from: Data(contentsOf: URL(filePath: "\(Self.fixtures)/\(name)")))
    }
    golden = try json("tutorial.json", as: Golden.self)
    let words = try json("tutorial-wordmap.json", as: [String: Int].self)
    vocabulary = try Vocabulary(wordMap: words.map { (word: $0.key, id: $0.value) })
    features = FeatureIdentity(
      encoder: "tiny", weightsHash: "0", preprocessing: "none", gridHeight: golden.native,
      gridWidth: golden.native, channels: golden.channels)
  }

  private func imported(_ path: String = fixtures + "/tutorial.pth") throws -> Checkpoint {
    try Checkpoint(
      importing: path, vocabulary: vocabulary, features: features, pooledGrid: golden.pooled,
      card: [:])
  }

  private func expectGolden(_ checkpoint: Checkpoint) {
    let maps = golden.images.map {
      Tensor([golden.native * golden.native, golden.channels], $0.features.map { Float16($0) })
    }
    for (number, width) in [1, 3, 5].enumerated() {
      // The tutorial's search excludes no word.
      let search = BeamSearch(
        width: width, maximumLength: golden.longest, excludedWords: [], start: vocabulary.start,
        end: vocabulary.end)
      let captions = search.captions(FeatureBatch(maps), with: checkpoint.decoder())
      for (caption, image) in zip(captions, golden.images) {
        let beam = image.beams[number]
        #expect(beam.width == width)
        #expect(caption.best.words == beam.words)
        #expect(abs(Double(caption.best.logProbability) - beam.logProbability) < 1e-4)
      }
    }
  }

  @Test("from PyTorch's file, with the pooled grid")
  func fromPyTorch() throws {
    let checkpoint = try imported()
    #expect(checkpoint.isTutorials)
    expectGolden(checkpoint)
  }

  @Test(
    "there and back, in both formats, without a number changed",
    arguments: ["a.pth", "a.safetensors"])
  func roundTrip(name: String) throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "captionmesh-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let checkpoint = try imported()
    let path = folder.appending(path: name).path
    try checkpoint.export(to: path)
    let file = try WeightFile.open(path)
    #expect(file.format == (name == "a.pth" ? .pyTorchZip : .safetensors))
    let source = try WeightFile.open(Self.fixtures + "/tutorial.pth")
    #expect(Set(source.tensors.keys) == Set(file.tensors.keys.map { "decoder." + $0 }))
    for (name, tensor) in file.tensors {
      let other = try #require(source.tensors["decoder." + name])
      #expect(tensor.shape == other.shape, "\(name)")
      let isSame = tensor.array(of: Float.self) == other.array(of: Float.self)
      #expect(isSame, "\(name)")
    }
    let again = try imported(path)
    try again.write(to: folder.path + "/checkpoint", precision: .float32)
    expectGolden(try Checkpoint(path: folder.path + "/checkpoint"))
  }

  @Test("what does not belong together is refused, with what was expected")
  func mismatches() throws {
    let path = Self.fixtures + "/tutorial.pth"
    func expectError(
      _ words: String..., sourceLocation: SourceLocation = #_sourceLocation,
      make: () throws -> Checkpoint
    ) {
      #expect(sourceLocation: sourceLocation) {
        try make()
      } throws: { error in
        error is CheckpointError && words.allSatisfy { "\(error)".contains($0) }
      }
    }
    let others = try Vocabulary(words: vocabulary.words + ["more"])
    expectError("16 words", "17") {
      try Checkpoint(
        importing: path, vocabulary: others, features: features, pooledGrid: nil, card: [:])
    }
    var wide = features
    wide.channels = 2048
    expectError("8 channels", "2048", "tiny") {
      try Checkpoint(
        importing: path, vocabulary: vocabulary, features: wide, pooledGrid: nil, card: [:])
    }
    let encoder = Self.fixtures + "/../WeightFiles/reference.safetensors"
    expectError("attention.encoder_att.weight", "reference.safetensors") { try imported(encoder) }
    let harmful = Self.fixtures + "/../WeightFiles/harmful.zip.pth"
    expectError("state_dict", "harmful.zip.pth") { try imported(harmful) }
  }
}
