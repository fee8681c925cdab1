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

  /// Whether Winograd's algorithm is used somewhere. Its kernels want blocks of channels, and all
  /// layers follow them.
  func usesWinograd() throws(OneDNNError) -> Bool {
    guard wide == .float32, weights.steps == nil,
      let (layer, convolution) = network.convolutions.first(where: { suitsWinograd($1, layer: $0) })
    else { return false }
    let format = NumberFormat(type: .float32)
    let product = Product(
      layer: layer, convolution: convolution, source: format, output: format)
    return try winogradDescriptor(of: product, nil) != nil
  }

  /// A convolution's implementation: Winograd's algorithm where that is faster.
  ///
  /// - Parameter residual: where what is added lies, which is where the results go.
  func descriptor(
    of product: Product, _ residual: Value?
  ) throws(OneDNNError) -> OneDNN.PrimitiveDescriptor {
    if layout == .channelBlocks, suitsWinograd(product.convolution, layer: product.layer),
      let winograd = try winogradDescriptor(of: product, residual)
    {
      return winograd
    }
    return try descriptor(of: product, residual, .direct)
  }

  /// Whether Winograd's algorithm makes a convolution faster.
  ///
  /// It does if the kernel is 3×3 with stride 1 and the output at least 4×4 tiles of 4×4 cells.
  /// With fewer tiles, reading the transformed weights, four times as large, takes longer than the
  /// multiplications that they save. The choice looks at neither the batch size nor a clock, so an
  /// image's features are the same whichever process encodes it together with whatever others.
  private func suitsWinograd(_ convolution: Network.Convolution, layer: Int) -> Bool {
    let output = extents[layer + 1]
    let tiles = ((output[2] + 3) / 4) * ((output[3] + 3) / 4)
    return convolution.kernel == 3 && convolution.stride == 1 && convolution.groups == 1
      && tiles >= 16
  }

  /// Nil where oneDNN has no Winograd kernel, as on processors without AVX-512.
  private func winogradDescriptor(
    of product: Product, _ residual: Value?
  ) throws(OneDNNError) -> OneDNN.PrimitiveDescriptor? {
    do {
      return try descriptor(of: product, residual, .winograd)
    } catch {
      guard error.code == .unimplemented else { throw error }
      return nil
    }
  }

  private func descriptor(
    of product: Product, _ residual: Value?, _ algorithm: OneDNN.ConvolutionAlgorithm
  ) throws(OneDNNError) -> OneDNN.PrimitiveDescriptor {
    let (layer, convolution) = (product.layer, product.convolution)
    let input = network.layers[layer].input
    let destination =
      if let residual {
        residual.slot.memory.descriptor.read(as: product.output.type)
      } else {
        try OneDNN.MemoryDescriptor(extents[layer + 1], product.output.type, layout)
      }
    return try OneDNN.PrimitiveDescriptor(
      // The image's three channels fill no block.
      convolution: .init(
        extents[input], product.source.type, input == Network.image ? .any : layout),
      weights: .init(convolution.oneDNNWeightExtents, product.weightType, .any),
      bias: .init([convolution.outputChannels], .float32, .dense), destination: destination,
      window: network.layers[layer].operation.window, algorithm: algorithm,
      scales: product.scales,
      postOperations: product.postOperations(adding: residual?.format))
  }
}
