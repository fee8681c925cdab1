import ArgumentParser
import MeshAPI
import MessagePack
import Tensor

/// What simulated workers hand on instead of what they would have computed.
struct SimulatedPayload: Sendable {
  enum Size: String, ExpressibleByArgument, CaseIterable {
    case small, full
  }

  let photograph: MessageBytes
  let image: ImageTensor
  let features: FeatureGrid
  let caption: CaptionResult

  init(_ size: Size) {
    let (bytes, side, cells, channels) =
      switch size {
      case .small: (16, 1, 1, 1)
      case .full: (60_000, 256, 8, 1280)
      }
    photograph = MessageBytes([UInt8](repeating: 0, count: bytes))
    image = ImageTensor(
      Tensor([3, side, side], [UInt8](repeating: 0, count: 3 * side * side)),
      levels: Tensor([3, 256], [Float](repeating: 0, count: 3 * 256)))
    let grid = Grid(rows: cells, columns: cells)
    features = FeatureGrid(
      features: Tensor(
        [cells * cells, channels], [Float16](repeating: 0, count: cells * cells * channels)),
      grid: grid)
    caption = CaptionResult(
      caption: "A dog runs.", tokens: ["a", "dog", "runs"], logProbability: -1, finished: true,
      grid: grid)
  }
}
