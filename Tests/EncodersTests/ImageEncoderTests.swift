import Tensor
import Testing
import WeightFiles

@testable import Encoders

@Suite(.serialized) struct ImageEncoderTests {
  @Test(arguments: Architecture.allCases)
  func agreesWithPyTorch(_ architecture: Architecture) throws {
    let golden = try #require(Golden.all[architecture.rawValue])
    let encoder = try Synthetic.encoder(architecture)
    golden.check(try encoder.encode(Synthetic.images(golden.input)))
    #expect(encoder.channels == golden.output[1])
  }

  @Test(.enabled(if: Trained.isPresent, "needs efficientnet-lite2 in the encoder store"))
  func trainedWeightsAgreeWithPyTorch() throws {
    let golden = try #require(Golden.all["trained efficientnet-lite2"])
    let encoder = try EncoderStore().load(Trained.name, threadCount: 2)
    golden.check(try encoder.encode(Synthetic.images(golden.input)))
  }

  private enum Trained {
    static let name = "efficientnet-lite2"
    static var isPresent: Bool {
      // Other weights may have been given the name.
      (try? EncoderStore().entry(name))?.sourceFile == "efficientnet-lite2-9656183e.pth"
    }
  }

  @Test func cellsAreTheSameFeaturesInAnotherOrder() async throws {
    let encoder = try Synthetic.encoder(.efficientNetLite0, threadCount: 1)
    let images = Synthetic.images([2, 3, 64, 96])
    let features = try encoder.encode(images)
    #expect(features.shape == [2, 1280, 2, 3])
    let cells = try await encoder.encodeCells(images)
    #expect(cells.shape == [2, 6, 1280])
    let wide = features.array(of: Float.self)
    let narrow = cells.array(of: Float16.self)
    for image in 0..<2 {
      for channel in 0..<1280 {
        for cell in 0..<6 {
          let expected = Float16(wide[(image * 1280 + channel) * 6 + cell])
          if narrow[(image * 6 + cell) * 1280 + channel] != expected {
            Issue.record("image \(image), channel \(channel), cell \(cell)")
          }
        }
      }
    }
    let blocking = { () throws in try encoder.encodeCells(images) }
    #expect(try blocking().array(of: Float16.self) == narrow)
  }

  @Test(arguments: [Architecture.resnet18, .efficientNetLite0, .resnet101v2c4])
  func anImagesFeaturesDoNotDependOnTheBatch(_ architecture: Architecture) throws {
    let encoder = try Synthetic.encoder(architecture, maximumBatchSize: 4)
    let images = Synthetic.images([11, 3, 64, 64])
    // Cut into batches of 4, 4 and 3.
    let together = try encoder.encode(images)
    let largest = together.array(of: Float.self).map(abs).max()!
    for image in 0..<11 {
      let alone = try encoder.encode(images[image].reshaped(to: [1, 3, 64, 64]))
      let pairs = zip(alone.array(of: Float.self), together[image].array(of: Float.self))
      #expect(pairs.map { abs($0 - $1) }.max()! <= 1e-6 * largest)
    }
  }

  @Test func anySizeFrom32On() throws {
    let encoder = try Synthetic.encoder(.resnet18, threadCount: 1)
    for (height, width) in [(32, 32), (33, 65), (96, 32)] {
      let features = try encoder.encode(Synthetic.images([1, 3, height, width]))
      #expect(features.shape == [1, 512, (height + 31) / 32, (width + 31) / 32])
    }
  }

  @Test(arguments: [
    Synthetic.images([3, 64, 64]), Synthetic.images([1, 1, 64, 64]),
    Synthetic.images([1, 3, 31, 64]), Synthetic.images([1, 3, 64, 31]),
    Synthetic.images([0, 3, 64, 64]), Tensor([1, 3, 32, 32], [UInt8](repeating: 0, count: 3072)),
  ])
  func whatIsNoImageIsInvalid(_ images: Tensor) throws {
    let encoder = try Synthetic.encoder(.resnet18, threadCount: 1)
    let error = #expect(throws: EncoderError.self) { try encoder.encode(images) }
    #expect(error?.code == .invalid)
  }
}
