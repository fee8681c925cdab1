internal import CKernels
internal import COneDNN
internal import Tensor

extension OneDNN {
  /// A 3×3 convolution with stride 1 by Winograd's minimal filtering F(4×4, 3×3) (Lavin and Gray
  /// 2016, https://arxiv.org/abs/1509.09308): a quarter of the multiplications, weights four times
  /// as large, somewhat larger rounding errors.
  ///
  /// An image's results do not depend on which images are beside it, nor on the number of threads.
  @safe
  public struct WinogradConvolution {
    private let source: Memory
    private let destination: Memory
    private let scratch: Memory
    private let weights: WinogradWeights
    private let bias: Memory
    private let shape: CKernels_winograd
    private let tilesAtOnce: Int

    /// - Parameters:
    ///   - source: [N, C, H, W], float32 or bfloat16 as the weights, in their blocks of channels.
    ///   - destination: [N, O, H, W], of the same type and in the same blocks.
    ///   - scratch: memory as ``scratch(for:)`` describes.
    ///   - weights: [O, C, 3, 3].
    ///   - bias: [O], float32.
    ///   - adds: whether results are added to what the destination has.
    ///   - limit: results are from 0 to this; nil: they may be anything.
    /// - Returns: nil where the arguments lie in another way.
    public init?(
      source: Memory, destination: Memory, scratch: Memory, weights: WinogradWeights,
      bias: Memory, adds: Bool = false, limit: Float? = nil
    ) {
      let (from, to) = (source.descriptor.extents, destination.descriptor.extents)
      guard source.descriptor.channelBlock == weights.block,
        destination.descriptor.channelBlock == weights.block,
        source.descriptor.dataType == weights.type, destination.descriptor.dataType == weights.type
      else { return nil }
      precondition(
        from == [to[0], weights.inputs, to[2], to[3]] && to[1] == weights.outputs
          && bias.descriptor.extents == [weights.outputs] && bias.descriptor.dataType == .float32,
        "\(from) to \(to)")
      precondition(
        scratch.descriptor.extents == Self.scratchExtents(images: from, inputs: weights.inputs))
      self.source = source
      self.destination = destination
      self.scratch = scratch
      self.weights = weights
      self.bias = bias
      shape = CKernels_winograd(
        images: from[0], height: from[2], width: from[3], inputs: from[1], outputs: to[1],
        limit: limit ?? 0, adds: adds ? 1 : 0)
      tilesAtOnce = Self.tilesAtOnce(images: from, inputs: from[1])
    }

    /// Whether there is a fast calculation with so many channels in blocks of so many.
    public static func suits(inputs: Int, outputs: Int, block: Int) -> Bool {
      inputs % block == 0 && outputs % (2 * block) == 0
    }

    /// What the calculation needs to scribble on.
    ///
    /// - Parameter source: the descriptor of the source.
    public static func scratch(
      for source: MemoryDescriptor
    ) throws(OneDNNError) -> MemoryDescriptor {
      try MemoryDescriptor(
        scratchExtents(images: source.extents, inputs: source.extents[1]), .float32, .dense)
    }

    /// Calculates on the calling thread's team of threads.
    public func run() throws(OneDNNError) {
      let x = try unsafe UnsafeRawPointer(source.bytes())
      let y = try unsafe destination.bytes()
      let v = try unsafe scratch.bytes().assumingMemoryBound(to: Float.self)
      let bias = try unsafe bias.floats()
      let loops = weights.loops
      let block = weights.block
      let packed = unsafe weights.pointer
      let panels = weights.outputs / (2 * block)
      let count = Self.tiles(ofImages: [shape.images, 0, shape.height, shape.width])
      for first in stride(from: 0, to: count, by: tilesAtOnce) {
        let tiles = min(tilesAtOnce, count - first)
        let groups = Self.groups(of: tiles)
        let matrixStride = Self.matrixStride(tiles: tiles, inputs: weights.inputs)
        OneDNN.forEachShard(of: weights.inputs / block * groups) { shard in
          unsafe withUnsafePointer(to: shape) { shape in
            for work in shard {
              let group = Self.group(work % groups, of: tiles)
              unsafe loops.input(
                shape, work / groups, first + group.lowerBound, group.count, x,
                v + (work / groups * tiles + group.lowerBound) * block, matrixStride)
            }
          }
        }
        OneDNN.forEachShard(of: panels * groups) { shard in
          unsafe withUnsafePointer(to: shape) { shape in
            for work in shard {
              let group = Self.group(work % groups, of: tiles)
              unsafe loops.output(
                shape, work / groups, first + group.lowerBound, group.count,
                v + group.lowerBound * block, tiles * block, matrixStride, packed, bias, y)
            }
          }
        }
      }
    }
  }
}

// MARK: Tiles

extension OneDNN.WinogradConvolution {
  /// Tiles of 4×4 cells that N, C, H, W have.
  public static func tiles(ofImages extents: [Int]) -> Int {
    extents[0] * ((extents[2] + 3) / 4) * ((extents[3] + 3) / 4)
  }

  /// As many tiles as leave what is made of them, 36 · inputs floats each, in a core's own cache.
  private static func tilesAtOnce(images extents: [Int], inputs: Int) -> Int {
    min(tiles(ofImages: extents), max(Int(CK_WINOGRAD_TILES), 8192 / inputs))
  }

  /// Floats from one of the 36 matrices to the next. A cache line more than a matrix takes: places
  /// that are a power of two apart are one and the same place in a cache.
  private static func matrixStride(tiles: Int, inputs: Int) -> Int { tiles * inputs + 16 }

  private static func scratchExtents(images extents: [Int], inputs: Int) -> [Int] {
    [36 * matrixStride(tiles: tilesAtOnce(images: extents, inputs: inputs), inputs: inputs)]
  }

  /// Groups of tiles that one thread takes.
  private static func groups(of tiles: Int) -> Int {
    (tiles + Int(CK_WINOGRAD_TILES) - 1) / Int(CK_WINOGRAD_TILES)
  }

  private static func group(_ index: Int, of tiles: Int) -> Range<Int> {
    let first = index * Int(CK_WINOGRAD_TILES)
    return first..<min(first + Int(CK_WINOGRAD_TILES), tiles)
  }
}
