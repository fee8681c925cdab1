internal import Compute

extension TrainingPlanner {
  mutating func appendForward(
    preactivation name: String, layer: Int
  ) throws(OneDNNError) -> PlanBuilder.Slot {
    let input = values[network.layers[layer].input]!
    let descriptor = try OneDNN.PrimitiveDescriptor(
      preactivation: input.memory.descriptor, pass: .training)
    forwards[layer] = descriptor
    let output = try builder.block(input.memory.descriptor)
    let workspace = try builder.block(descriptor.descriptor(of: .workspace))
    workspaces[layer] = workspace
    try builder.append(
      descriptor,
      try arguments(ofPreactivation: name, layer: layer).merging(
        [.source: input, .destination: output, .workspace: workspace]) { $1 })
    return output
  }

  mutating func appendBackward(
    preactivation name: String, layer: Int
  ) throws(OneDNNError) {
    guard let gradient = valueGradients.removeValue(forKey: layer + 1) else {
      preconditionFailure("nothing uses what \(name) yields")
    }
    let input = network.layers[layer].input
    let source = values[input]!
    try builder.append(
      .init(preactivationGradient: source.memory.descriptor, forward: forwards[layer]!),
      try arguments(ofPreactivation: name, layer: layer).merging([
        .source: source, .destinationGradient: gradient, .sourceGradient: gradient,
        .workspace: workspaces[layer]!,
        .scaleGradient: .init(try .vector(gradients["\(name).scale"])),
        .shiftGradient: .init(try .vector(gradients["\(name).shift"])),
      ]) { $1 })
    if input > firstLayer { try add(gradient, to: input) }
  }

  private func arguments(
    ofPreactivation name: String, layer: Int
  ) throws(OneDNNError) -> [OneDNN.Role: PlanBuilder.Slot] {
    var memories = try [OneDNN.Role: OneDNN.Memory].neutralStatistics(
      channels: extents[layer + 1][1])
    memories[.scale] = try .vector(parameters["\(name).scale"])
    memories[.shift] = try .vector(parameters["\(name).shift"])
    return memories.mapValues { PlanBuilder.Slot($0) }
  }
}
