internal import Compute
internal import Tensor

/// Turns a ``Network`` into an ``ExecutionPlan``: asks oneDNN for each layer's implementation and
/// layouts, puts reorders where two layers disagree, and decides where activations lie.
struct ExecutionPlanner {
  /// A result while the plan is made: where it lies and how it is written down.
  struct Value {
    var slot: PlanBuilder.Slot
    var format: NumberFormat
  }

  let network: Network
  let weights: PackedWeights
  let stream: OneDNN.Stream
  /// N, C, H, W of each value.
  let extents: [[Int]]
  /// Numbers that are not written as integers: float32, or bfloat16 but for image and features.
  let wide: OneDNN.DataType
  private let lastUses: [Int]
  /// The layout of activations.
  private(set) var layout = OneDNN.Layout.any

  private var values: [Value] = []
  /// Copies of values in other formats and layouts, for all who want the same.
  private var copies: [Network.Value: [Value]] = [:]
  private var places: [(stepCount: Int, memory: OneDNN.Memory)] = []
  private var builder = PlanBuilder()

  /// - Parameters:
  ///   - extents: of the images, N, C, H, W.
  ///   - precision: int8 if and only if the weights are quantized.
  /// - Throws: ``OneDNNError`` where oneDNN has no implementation for a layer.
  static func plan(
    _ network: Network, extents: [Int], weights: PackedWeights, precision: Precision = .fp32,
    stream: OneDNN.Stream
  ) throws(OneDNNError) -> ExecutionPlan {
    var planner = ExecutionPlanner(
      network: network, weights: weights, precision: precision, stream: stream,
      extents: network.extents(ofImages: extents))
    return try planner.plan()
  }

  private init(
    network: Network, weights: PackedWeights, precision: Precision, stream: OneDNN.Stream,
    extents: [[Int]]
  ) {
    self.network = network
    self.weights = weights
    self.stream = stream
    self.extents = extents
    self.lastUses = network.lastUses
    switch precision {
    case .fp32: wide = .float32
    case .bf16: wide = .bfloat16
    case .int8:
      wide = OneDNN.Processor.multipliesBFloat16 ? .bfloat16 : .float32
      // What oneDNN's kernels for integers want.
      layout = .channelsLast
    }
  }

  private mutating func plan() throws(OneDNNError) -> ExecutionPlan {
    let image = try OneDNN.Memory(unbound: .init(extents[Network.image], .float32, .dense))
    append(Value(slot: PlanBuilder.Slot(image), format: NumberFormat(type: .float32)))
    if try usesWinograd() { layout = .channelBlocks }
    for (index, layer) in network.layers.enumerated() {
      switch layer.operation {
      case .maxPooling: append(try appendMaxPooling(index))
      case .convolution(let convolution): append(try append(convolution, layer: index))
      case .preactivation(let name): append(try appendPreactivation(name, layer: index))
      }
    }
    let features = values[network.output].slot
    // The features are read after the last step.
    builder.use(features)
    return try ExecutionPlan(
      image: image, features: features.memory, steps: builder.steps, values: places,
      placement: builder.placement())
  }

  private mutating func append(_ value: Value) {
    values.append(value)
    places.append((builder.steps.count, value.slot.memory))
  }
}

// MARK: Values

extension ExecutionPlanner {
  /// How a value is written as integers; nil where it never is.
  private func integers(_ value: Network.Value) -> NumberFormat? {
    guard let step = weights.steps?[value], step > 0 else { return nil }
    return NumberFormat(type: network.isNonNegative(value) ? .uint8 : .int8, step: step)
  }

  /// How a layer whose numbers are not integers writes its results.
  private func wideFormat(of value: Network.Value) -> NumberFormat {
    NumberFormat(type: value == network.output ? .float32 : wide)
  }

  /// A value as somebody wants it.
  private mutating func value(
    _ value: Network.Value, as format: NumberFormat, in descriptor: OneDNN.MemoryDescriptor
  ) throws(OneDNNError) -> PlanBuilder.Slot {
    let original = values[value]
    if original.format == format, original.slot.memory.descriptor == descriptor {
      return original.slot
    }
    if let copy = copies[value]?.first(where: {
      $0.format == format && $0.slot.memory.descriptor == descriptor
    }) {
      return copy.slot
    }
    let slot = try builder.reordered(
      original.slot, to: descriptor, factor: original.format.step / format.step)
    copies[value, default: []].append(Value(slot: slot, format: format))
    return slot
  }
}

// MARK: Layers

extension ExecutionPlanner {
  private mutating func appendMaxPooling(_ layer: Int) throws(OneDNNError) -> Value {
    let input = values[network.layers[layer].input]
    let descriptor = try OneDNN.PrimitiveDescriptor(
      maxPooling: input.slot.memory.descriptor,
      destination: .init(extents[layer + 1], input.format.type, .any),
      window: network.layers[layer].operation.window)
    let output = try builder.block(descriptor.descriptor(of: .destination))
    try builder.append(descriptor, [.source: input.slot, .destination: output])
    return Value(slot: output, format: input.format)
  }

  private mutating func appendPreactivation(
    _ name: String, layer: Int
  ) throws(OneDNNError) -> Value {
    let (scale, shift) = weights.preactivation(name)
    let input = network.layers[layer].input
    if let format = integers(layer + 1) {
      let output = try builder.block(.init(extents[layer + 1], format.type, .channelsLast))
      let source = try value(
        input, as: NumberFormat(type: wide), in: .init(extents[input], wide, .channelsLast))
      guard
        let calculation = OneDNN.QuantizedPreactivation(
          source: source.memory, destination: output.memory, scale: scale, shift: shift,
          step: format.step)
      else { preconditionFailure("\(name) has another layout than was asked for") }
      builder.append(calculation, source: source, destination: output)
      return Value(slot: output, format: format)
    }
    let format = wideFormat(of: layer + 1)
    let given = values[input].slot
    let source =
      given.memory.descriptor.dataType == format.type
      ? given
      : try value(input, as: format, in: .init(extents[input], format.type, .channelsLast))
    let descriptor = try OneDNN.PrimitiveDescriptor(preactivation: source.memory.descriptor)
    let output = try builder.block(source.memory.descriptor)
    let constants = try [OneDNN.Role: OneDNN.Memory].neutralStatistics(channels: scale.count)
      .merging(
        [.scale: .vector(scale), .shift: .vector(shift)]) { $1 }
    try builder.append(
      descriptor,
      constants.mapValues { PlanBuilder.Slot($0) }.merging(
        [.source: source, .destination: output]) { $1 })
    return Value(slot: output, format: format)
  }

  /// What a convolution multiplies: integers if its weights are and its source may be written so.
  private func product(_ convolution: Network.Convolution, layer: Int) -> Product {
    let wide = wideFormat(of: layer + 1)
    guard let source = integers(network.layers[layer].input),
      let steps = weights.steps(of: convolution, isSigned: source.type == .int8)
    else {
      return Product(
        layer: layer, convolution: convolution, source: NumberFormat(type: self.wide), output: wide)
    }
    return Product(
      layer: layer, convolution: convolution, weightSteps: steps, source: source,
      output: integers(layer + 1) ?? wide)
  }

  /// What is added to a convolution's results, which are written over it: it must not be needed
  /// later, and is converted where its elements have another size.
  private mutating func residual(
    _ value: Network.Value, of product: Product
  ) throws(OneDNNError) -> Value {
    precondition(
      value != Network.image && lastUses[value] == product.layer, product.convolution.name)
    let given = values[value]
    if given.format == product.output || (given.format.isInteger && product.output.isInteger) {
      return given
    }
    let format = product.output.isInteger ? integers(value) ?? product.output : product.output
    let slot = try self.value(
      value, as: format, in: .init(extents[value], format.type, .channelsLast))
    return Value(slot: slot, format: format)
  }

  private mutating func append(
    _ convolution: Network.Convolution, layer: Int
  ) throws(OneDNNError) -> Value {
    let input = network.layers[layer].input
    let product = product(convolution, layer: layer)
    let residual: Value? =
      if let value = convolution.residual { try self.residual(value, of: product) } else { nil }
    let descriptor = try descriptor(of: product, residual)
    let packed = try weights.entry(
      for: product, layout: descriptor.descriptor(of: .weights), stream: stream)
    let given = try value(input, as: product.source, in: descriptor.descriptor(of: .source))
    let output =
      if let residual {
        try builder.alias(residual.slot, as: descriptor.descriptor(of: .destination))
      } else { try builder.block(descriptor.descriptor(of: .destination)) }
    try builder.append(
      descriptor,
      [
        .source: given, .destination: output, .weights: .init(packed.weights),
        .bias: .init(packed.bias),
      ])
    return Value(slot: output, format: product.output)
  }
}
