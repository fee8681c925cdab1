public import Compute
public import Decoders

/// The layers that are applied step after step, whose weights are packed once for all steps and all
/// threads of a training step.
public struct StepLayers<Scalar: Real>: Sendable {
  let recurrent: RecurrentLayer<Scalar>
  let attention: AttentionLayer<Scalar>?
  let gate: LinearLayer<Scalar>?

  /// Packs the weights, which must not change as long as the layers are used; for the steps back as
  /// well where `backward` says so.
  public init(
    _ configuration: DecoderConfiguration, _ parameters: ParameterSet<Scalar>,
    backward: Bool = true
  ) {
    let packing = backward ? Packing.forwardAndBackward : .forward
    recurrent = RecurrentLayer(parameters, configuration, packing: packing)
    let attends = configuration.architecture == .attend
    attention =
      attends ? AttentionLayer(parameters, configuration, packing: packing) : nil
    gate =
      attends && configuration.context == .gated
      ? LinearLayer(parameters, "f_beta", packing: packing) : nil
  }
}
