import Features
import Foundation
import Imaging
import NumpyFiles
import Tensor
import Testing
import WeightFiles

@testable import Encoders

/// What came with the weights of the shared folder.
@Suite(.serialized) struct ReferenceTests {
  private enum Shared {
    static let folder: URL = {
      if let path = ProcessInfo.processInfo.environment["CAPTIONMESH_SHARED"] {
        return URL(filePath: path)
      }
      // Beside the checkout.
      return URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared")
        .standardizedFileURL
    }()
    static let weights = folder.appending(path: "weights/resnet101v2_c4_fp16.safetensors").path()
    static var isPresent: Bool { FileManager.default.fileExists(atPath: weights) }
  }

  @Test(
    .enabled(if: Shared.isPresent, "needs the shared folder with ResNet-101 V2's weights"))
  func resNet101V2FromTheSharedFolderGivesItsGoldenFeatures() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "encoders-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = EncoderStore(path: folder.path())
    let entry = try store.importWeights(from: Shared.weights)
    #expect(entry.identity.architecture == .resnet101v2c4)
    #expect(entry.identity.normalization == .tf)
    #expect(entry.identity.features.channels == 1024)
    #expect(entry.identity.features.gridHeight == 16)

    let encoder = try store.load(entry.identity.name, threadCount: 2)
    let golden = Shared.folder.appending(path: "reference/golden")
    for photograph in ["1000268201_693b08cb0e", "3385593926_d3e9c21170"] {
      let pixels = try NumpyFile.read(
        golden.appending(path: "\(photograph)_rgb256_pillow_bilinear.npy").path())
      let expected = try NumpyFile.read(
        golden.appending(path: "\(photograph)_resnet101v2_c4.npy").path()
      ).array(of: Float.self)
      let image = entry.identity.normalization.normalized(Image(pixels: pixels))
      let found = try encoder.encode(image.reshaped(to: [1, 3, 256, 256])).array(of: Float.self)
      #expect(found.count == expected.count)
      let difference = zip(found, expected).map { abs($0 - $1) }.max()!
      #expect(difference <= 1e-4 * expected.max()!, "\(photograph): \(difference)")
    }
  }
}
