internal import Compute
internal import Tensor

/// A network made ready for one batch size and image size: primitives, their arguments, and where
/// the activations lie in a buffer that they share.
final class ExecutionPlan {
  /// Images [N, 3, H, W], as callers hand them over.
  let image: OneDNN.Memory
  /// What the last layer yields, [N, C, h, w], in the layout that suits oneDNN.
  let features: OneDNN.Memory
  /// Bytes of activations and scratch memory.
  let byteCount: Int

  private let steps: [OneDNN.Invocation]
  private let activations: [(memory: OneDNN.Memory, offset: Int)]
  private var arena: AlignedBuffer?

  init(
    image: OneDNN.Memory, features: OneDNN.Memory, steps: [OneDNN.Invocation],
    activations: [(memory: OneDNN.Memory, offset: Int)], byteCount: Int
  ) {
    self.image = image
    self.features = features
    self.steps = steps
    self.activations = activations
    self.byteCount = byteCount
  }

  /// Lets the activations live in `arena`, which has at least ``byteCount`` bytes.
  func bind(to arena: AlignedBuffer) throws(OneDNNError) {
    if self.arena === arena { return }
    for (memory, offset) in activations { try memory.bind(to: arena, at: offset) }
    self.arena = arena
  }

  /// Calculates ``features`` from the images.
  func run(_ images: Tensor, on stream: OneDNN.Stream) throws(OneDNNError) {
    try image.withElements(of: images) { () throws(OneDNNError) in
      for step in steps { try step.run(on: stream) }
      try stream.wait()
    }
  }
}
