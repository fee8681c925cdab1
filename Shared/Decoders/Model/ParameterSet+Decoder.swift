public import Compute

extension ParameterSet {
  /// Parameters of zeros with the configuration's names and extents.
  public init(_ configuration: DecoderConfiguration) {
    self.init(configuration.parameterShapes)
  }

  /// Draws a first state: embedding and vocabulary layer from ±0.1 and the rest from ±1/√(inputs),
  /// as the tutorial and PyTorch's defaults do; biases of the vocabulary layer 0, norms neutral.
  public func initialize(using generator: inout some RandomNumberGenerator) {
    for name in names {
      let matrix = self[name]
      let bound: Double
      switch name {
      case "embedding.weight", "fc.weight": bound = 0.1
      case "fc.bias": bound = 0
      case _ where name.contains("_norm."):
        matrix.fill(name.hasSuffix("weight") || name.hasSuffix("running_var") ? 1 : 0)
        continue
      case _ where name.hasPrefix("decode_step"):
        bound = 1 / Double(self["decode_step.weight_hh"].columns).squareRoot()
      default:
        let weight = name.hasSuffix(".bias") ? String(name.dropLast(4)) + "weight" : name
        bound = 1 / Double(self[weight].columns).squareRoot()
      }
      matrix.copyElements(
        from: (0..<matrix.count).map { _ in
          Scalar(bound == 0 ? 0 : Double.random(in: -bound...bound, using: &generator))
        })
    }
  }
}
