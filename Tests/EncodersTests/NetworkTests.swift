import Tensor
import Testing
import WeightFiles

@testable import Encoders

@Suite struct NetworkTests {
  @Test(arguments: Architecture.allCases)
  func hasAsManyParametersAsItsModel(_ architecture: Architecture) throws {
    let shapes = architecture.network.tensorShapes()
    #expect(Set(shapes.map(\.name)).count == shapes.count)
    let count = shapes.map(\.shape.elementCount).reduce(0, +)
    #expect(count == Golden.all[architecture.rawValue]?.parameters)
  }

  @Test(arguments: Architecture.allCases)
  func aResidualIsNotNeededAfterItIsAddedTo(_ architecture: Architecture) {
    let network = architecture.network
    for (layer, convolution) in network.convolutions {
      guard let residual = convolution.residual else { continue }
      #expect(network.lastUses[residual] == layer)
      #expect(network.channels[residual] == convolution.outputChannels)
    }
  }

  /// TensorFlow's 'SAME': ⌈input / stride⌉ outputs, the odd row of padding at the end.
  @Test(arguments: [
    (256, 3, 2, 0, 1), (256, 5, 2, 1, 2), (65, 5, 2, 2, 2), (65, 3, 1, 1, 1), (7, 1, 1, 0, 0),
    (8, 1, 2, 0, 0), (1, 5, 2, 2, 2),
  ])
  func samePadding(extent: Int, kernel: Int, stride: Int, before: Int, after: Int) {
    let amounts = Network.Padding.same(trainedExtent: extent)
      .amounts(kernel: kernel, stride: stride)
    #expect(amounts == (before, after))
  }

  @Test func tensorsThatAreMissingOrOfAnotherShapeAreNamed() {
    let network = Architecture.resnet18.network
    var tensors = Synthetic.weights(.resnet18)
    tensors["layer2.0.bn1.bias"] = nil
    let missing = #expect(throws: EncoderError.self) {
      try NetworkWeights(network, in: WeightFile(tensors, path: "some.pth"))
    }
    #expect(missing?.code == .mismatch)
    #expect(missing?.message.contains("layer2.0.bn1.bias") == true)

    tensors["layer2.0.bn1.bias"] = Tensor([3], [1, 2, 3] as [Float])
    let misshapen = #expect(throws: EncoderError.self) {
      try NetworkWeights(network, in: WeightFile(tensors, path: "some.pth"))
    }
    #expect(misshapen?.message.contains("should have the shape 128 and has 3") == true)

    tensors["layer2.0.bn1.bias"] = Tensor([128], [UInt8](repeating: 0, count: 128))
    #expect(throws: EncoderError.self) {
      try NetworkWeights(network, in: WeightFile(tensors, path: "some.pth"))
    }
  }

  @Test func namesMayHaveAPrefix() throws {
    let network = Architecture.efficientNetLite0.network
    let plain = Synthetic.weights(.efficientNetLite0)
    let prefixed = Dictionary(
      uniqueKeysWithValues: plain.map { ("state_dict.module.\($0)", $1) })
    let a = try NetworkWeights(network, in: WeightFile(plain, path: "a"))
    let b = try NetworkWeights(network, in: WeightFile(prefixed, path: "b"))
    #expect(a.hash() == b.hash())
  }
}
