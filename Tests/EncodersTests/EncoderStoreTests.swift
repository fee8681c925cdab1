import Features
import Foundation
import Imaging
import Tensor
import Testing
import WeightFiles

@testable import Encoders

@Suite struct EncoderStoreTests {
  /// Runs `body` with a store in a new folder and a file with weights for EfficientNet-Lite0.
  private func withStore(_ body: (EncoderStore, URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "encoders-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appending(path: "weights.safetensors")
    try WeightFile.write(
      Synthetic.weights(.efficientNetLite0).merging(["fc.bias": Tensor([1], [0] as [Float])]) {
        $1
      },
      to: file.path())
    try body(EncoderStore(path: folder.appending(path: "a/store").path()), file)
  }

  @Test func importedWeightsAreListedVerifiedAndLoaded() throws {
    try withStore { store, file in
      #expect(store.names().isEmpty)
      let entry = try store.importWeights(
        from: file.path(), architecture: .efficientNetLite0, name: "mine", normalization: .course,
        inputSize: 64, credit: "nobody, CC0")
      #expect(store.names() == ["mine"])
      #expect(try store.entry("mine") == entry)
      #expect(try store.verify("mine") == entry)
      #expect(entry.identity.normalization == .course)
      #expect(entry.identity.inputSize == 64)
      #expect(entry.sourceFile == "weights.safetensors")
      #expect(try entry.sourceHash == WeightFile.hash(ofFile: file.path()))
      #expect(entry.credit == "nobody, CC0")
      // The classifier stays out.
      #expect(try WeightFile.open(entry.path).tensors["fc.bias"] == nil)

      let encoder = try store.load("mine", threadCount: 2)
      #expect(encoder.identity == entry.identity)
      try encoder.prepare(batchSize: 1)
      let direct = try ImageEncoder(.efficientNetLite0, weights: .open(file.path()), threadCount: 2)
      #expect(direct.identity.weightsHash == entry.identity.weightsHash)
      let images = Synthetic.images([1, 3, 64, 64])
      #expect(
        try encoder.encode(images).array(of: Float.self)
          == direct.encode(images).array(of: Float.self))
    }
  }

  @Test func theHashThatIsAskedForCountsWhateverTheName() throws {
    try withStore { store, file in
      let hash = try WeightFile.hash(ofFile: file.path())
      _ = try store.importWeights(from: file.path(), hashPrefix: String(hash.prefix(8)))
      #expect {
        try store.importWeights(from: file.path(), name: "b", hashPrefix: "0123")
      } throws: {
        ($0 as? EncoderError)?.code == .mismatch && "\($0)".contains("begin with 0123")
          && "\($0)".contains(hash)
      }
      #expect(store.names() == ["efficientnet-lite0"])
    }
  }

  @Test(arguments: Architecture.allCases) func publishedFilesCarryTheirHash(
    architecture: Architecture
  ) {
    guard let published = architecture.published else {
      return #expect(architecture.defaultNormalization != .torchvision)
    }
    #expect(published.hashPrefix.wholeMatch(of: /[0-9a-f]{8}/) != nil)
    #expect(published.fileName == "\(architecture)-\(published.hashPrefix).pth")
    #expect(published.address.hasSuffix("/" + published.fileName))
  }

  @Test func defaultsAreTheArchitectures() throws {
    try withStore { store, file in
      let entry = try store.importWeights(from: file.path(), architecture: .efficientNetLite0)
      #expect(entry.identity.name == "efficientnet-lite0")
      #expect(entry.identity.normalization == .efficientNetLite)
      #expect(entry.identity.inputSize == 256)
    }
  }

  @Test func aChangedWeightIsFound() throws {
    try withStore { store, file in
      let entry = try store.importWeights(from: file.path(), architecture: .efficientNetLite0)
      let stored = URL(filePath: entry.path)
      var bytes = try Data(contentsOf: stored)
      bytes[bytes.count - 5] ^= 1
      try bytes.write(to: stored)
      for attempt in [
        { _ = try store.verify("efficientnet-lite0") },
        { _ = try store.load("efficientnet-lite0", threadCount: 1) },
      ] {
        let error = try #require(throws: EncoderError.self) { try attempt() }
        #expect(error.code == .mismatch)
        #expect(error.message.contains("expected \(entry.identity.weightsHash), found "))
        #expect(
          error.message.contains(
            "captionmesh encoder import weights.safetensors --architecture efficientnet-lite0 --name efficientnet-lite0"
          ))
      }
      // Half of the file.
      try bytes.prefix(bytes.count / 2).write(to: stored)
      let error = try #require(throws: EncoderError.self) { try store.verify("efficientnet-lite0") }
      #expect(error.code == .mismatch)
    }
  }

  @Test(arguments: [(96, 3), (224, 7), (288, 9), (320, 10)])
  func anyInputSizeCanBeChosen(size: Int, cells: Int) throws {
    try withStore { store, file in
      let entry = try store.importWeights(from: file.path(), name: "other", inputSize: size)
      #expect(entry.identity.features.gridHeight == cells)
      #expect(entry.identity.features.gridWidth == cells)
      #expect(try store.entry("other").identity.preprocessing.shape == [3, size, size])
      let images = Synthetic.images([1, 3, size, size])
      let features = try store.load("other", threadCount: 2).encode(images)
      #expect(features.shape == [1, 1280, cells, cells])
    }
  }

  @Test func theArchitectureIsRecognized() throws {
    try withStore { store, file in
      let entry = try store.importWeights(from: file.path())
      #expect(entry.identity.architecture == .efficientNetLite0)
      // ResNet-50's tensors are among those of ResNet-101.
      let deep = file.deletingLastPathComponent().appending(path: "deep.safetensors")
      try WeightFile.write(Synthetic.weights(.resnet101), to: deep.path())
      #expect(
        try store.importWeights(from: deep.path()).identity.architecture == .resnet101)
      try WeightFile.write(["x": Tensor([1], [0] as [Float])], to: deep.path())
      let error = #expect(throws: EncoderError.self) {
        try store.importWeights(from: deep.path())
      }
      #expect(error?.code == .mismatch)
    }
  }

  @Test func aMissingEncoderSaysWhichThereAreAndHowToImportIt() throws {
    try withStore { store, file in
      _ = try store.importWeights(
        from: file.path(), architecture: .efficientNetLite0, name: "other")
      let error = try #require(throws: EncoderError.self) {
        try store.load("resnet101", threadCount: 1)
      }
      #expect(error.code == .missing)
      #expect(error.message.contains("other"))
      #expect(error.message.contains("captionmesh encoder import FILE"))
    }
  }

  @Test func weightsOfAnotherArchitectureAreRefused() throws {
    try withStore { store, file in
      let error = try #require(throws: EncoderError.self) {
        try store.importWeights(from: file.path(), architecture: .efficientNetLite1)
      }
      #expect(error.code == .mismatch)
      #expect(store.names().isEmpty)
    }
  }

  @Test func aFileMustHaveTheHashInItsName() throws {
    try withStore { store, file in
      let hash = try WeightFile.hash(ofFile: file.path())
      func rename(_ digits: some StringProtocol) throws -> String {
        let path = file.deletingLastPathComponent().appending(path: "net-\(digits).safetensors")
        try FileManager.default.copyItem(at: file, to: path)
        return path.path()
      }
      let error = try #require(throws: EncoderError.self) {
        try store.importWeights(from: try rename("0badf00d"), architecture: .efficientNetLite0)
      }
      #expect(error.code == .mismatch)
      #expect(error.message.contains(hash))
      // The right digits, and digits that are a date.
      for digits in [String(hash.prefix(8)), "20240131"] {
        _ = try store.importWeights(from: try rename(digits), architecture: .efficientNetLite0)
      }
    }
  }

  @Test(arguments: [
    "", ".", "..", ".hidden", "a/b", "../a", "a b", "ä", String(repeating: "a", count: 65),
  ])
  func namesStayInTheFolder(name: String) throws {
    let store = EncoderStore(path: "/nonexistent")
    let importing = #expect(throws: EncoderError.self) {
      try store.importWeights(from: "/dev/null", architecture: .efficientNetLite0, name: name)
    }
    #expect(importing?.code == .invalid)
    let loading = #expect(throws: EncoderError.self) { try store.entry(name) }
    #expect(loading?.code == .missing)
  }

  @Test func optionsAreChecked() {
    let store = EncoderStore(path: "/nonexistent")
    let size = #expect(throws: EncoderError.self) {
      try store.importWeights(from: "/dev/null", architecture: .efficientNetLite0, inputSize: 31)
    }
    #expect(size?.code == .invalid)
    let file = #expect(throws: EncoderError.self) {
      try store.importWeights(from: "/nonexistent/file", architecture: .efficientNetLite0)
    }
    #expect(file?.code == .missing)
    let architecture = #expect(throws: EncoderError.self) { try Architecture(named: "vgg") }
    #expect(architecture?.message.contains("resnet101") == true)
    let normalization = #expect(throws: EncoderError.self) { try Normalization(named: "x") }
    #expect(normalization?.message.contains("torchvision") == true)
  }
}
