internal import Compute

extension ExecutionPlanner {
  /// A convolution and the numbers that it reads, multiplies and writes.
  struct Product {
    var layer: Int
    var convolution: Network.Convolution
    /// What 1 is worth in each output channel of the weights; nil where they are no integers.
    var weightSteps: [Float]?
    var source: NumberFormat
    var output: NumberFormat

    /// The type of the weights.
    var weightType: OneDNN.DataType { weightSteps == nil ? source.type : .int8 }

    /// What turns sums of products of integers into the output's steps.
    var scales: [Float]? { weightSteps?.map { $0 * source.step / output.step } }

    /// - Parameter residual: how what is added is written.
    func postOperations(adding residual: NumberFormat?) -> [OneDNN.PostOperation] {
      var operations: [OneDNN.PostOperation] = []
      if let residual {
        operations.append(
          residual.isInteger
            ? .weightedSum(residual.step / output.step, residual.type) : .sum)
      }
      switch convolution.activation {
      case nil: break
      case .relu: operations.append(.relu)
      case .relu6: operations.append(.clippedReLU(limit: 6 / output.step))
      }
      return operations
    }
  }

  /// Whether Winograd's algorithm is used somewhere. It wants blocks of channels, and all layers
  /// follow it.
  var usesWinograd: Bool {
    weights.steps == nil && OneDNN.Processor.channelBlocks != nil
      && network.convolutions.contains { suitsWinograd($1, layer: $0) }
  }

  /// Whether Winograd's algorithm makes a convolution faster.
  ///
  /// It does if the kernel is 3×3 with stride 1 and the output at least 4×4 tiles of 4×4 cells.
  /// With fewer tiles, reading the transformed weights, four times as large, takes longer than the
  /// multiplications that they save. The choice looks at neither the batch size nor a clock, so an
  /// image's features are the same whichever process encodes it together with whatever others.
  func suitsWinograd(_ convolution: Network.Convolution, layer: Int) -> Bool {
    guard let blocks = OneDNN.Processor.channelBlocks, weights.steps == nil,
      // The last layer writes float32, whatever it reads.
      wide == .float32 || layer + 1 != network.output
    else { return false }
    let window = network.layers[layer].operation.window
    return window == OneDNN.Window(kernel: 3, top: 1, left: 1, bottom: 1, right: 1)
      && convolution.groups == 1
      && OneDNN.WinogradConvolution.tiles(ofImages: [1] + extents[layer + 1].dropFirst()) >= 16
      && OneDNN.WinogradConvolution.suits(
        inputs: convolution.inputChannels, outputs: convolution.outputChannels,
        block: blocks == .channelBlocks8 ? 8 : 16)
  }

  /// A convolution's implementation by its definition.
  ///
  /// - Parameter residual: where what is added lies, which is where the results go.
  func descriptor(
    of product: Product, _ residual: Value?
  ) throws(OneDNNError) -> OneDNN.PrimitiveDescriptor {
    let (layer, convolution) = (product.layer, product.convolution)
    let input = network.layers[layer].input
    let destination =
      if let residual {
        residual.slot.memory.descriptor.read(as: product.output.type)
      } else {
        try OneDNN.MemoryDescriptor(
          extents[layer + 1], product.output.type, input == Network.image ? .any : layout)
      }
    return try OneDNN.PrimitiveDescriptor(
      // The image's three channels fill no block, and blocks are not what is fastest made of them.
      convolution: .init(
        extents[input], product.source.type, input == Network.image ? .any : layout),
      weights: .init(convolution.oneDNNWeightExtents, product.weightType, .any),
      bias: .init([convolution.outputChannels], .float32, .dense), destination: destination,
      window: network.layers[layer].operation.window, scales: product.scales,
      postOperations: product.postOperations(adding: residual?.format))
  }
}
