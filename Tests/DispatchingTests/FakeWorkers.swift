import GRPCCore
import MeshAPI
import MessagePack
import ServiceKit
import Tensor

/// A loader whose image tensor holds the image's first byte; an empty image is not one.
struct FakeLoader: StageWorker {
  var identity = StageIdentity(produces: "p")
  var maximumBatch = 4
  var stage: Stage { .load }

  func process(_ batch: [StageItem<LoadInput>]) async -> [Result<ImageTensor, ItemError>] {
    batch.map { item in
      guard let first = item.input.image.array.first else {
        return .failure(ItemError(.invalidArgument, "\(item.input.name): not an image"))
      }
      return .success(ImageTensor(Tensor([3, 1, 1], [Float](repeating: Float(first), count: 3))))
    }
  }
}

struct FakeEncoder: StageWorker {
  var identity = StageIdentity(expects: "p", produces: "f")
  var maximumBatch = 4
  var stage: Stage { .encode }

  func process(_ batch: [StageItem<ImageTensor>]) async -> [Result<FeatureGrid, ItemError>] {
    batch.map { item in
      let value = Float16(item.input.tensor.array(of: Float.self)[0])
      return .success(
        FeatureGrid(features: Tensor([1, 1], [value]), grid: Grid(rows: 1, columns: 1)))
    }
  }
}

/// A decoder whose caption is the first byte of the image and the beam.
struct FakeDecoder: StageWorker {
  var identity = StageIdentity(expects: "f", produces: "c")
  var maximumBatch = 4
  var stage: Stage { .decode }

  func process(_ batch: [StageItem<FeatureGrid>]) async -> [Result<CaptionResult, ItemError>] {
    batch.map { item in
      let value = item.input.features.array(of: Float16.self)[0]
      let letter = Character(Unicode.Scalar(UInt8(value)))
      return .success(
        CaptionResult(
          caption: "\(letter)\(item.options.beam)", tokens: [String(letter)], logProbability: -1,
          finished: true, attention: item.options.attention ? Tensor([1, 1], [Float(1)]) : nil,
          grid: item.input.grid))
    }
  }
}

struct FakeScorer: StageWorker {
  var identity = StageIdentity()
  var maximumBatch = 1
  var stage: Stage { .score }

  func process(_ batch: [StageItem<ScoreInput>]) async -> [Result<ScoreReply, ItemError>] {
    batch.map { item in
      let equal = item.input.items.filter { $0.references.contains($0.candidate) }.count
      return .success(
        ScoreReply(
          bleu: [Double(equal), 0, 0, 0], rougeL: Double(item.input.options.smoothing ?? -1),
          cider: 0, count: item.input.items.count))
    }
  }
}
