internal import Compute

/// The numbers that a decoder multiplies at each step.
public enum DecoderPrecision: String, Sendable, CaseIterable, CustomStringConvertible {
  /// 32-bit floating point, as models are trained.
  case fp32
  /// bfloat16, summed in float32: less than half the time and half the memory. Where the processor
  /// does not multiply it, the same as ``fp32``.
  case bf16

  public var description: String { rawValue }

  /// What this processor makes of the choice.
  public var effective: DecoderPrecision {
    PackedMatrix<Float>.multipliesBFloat16 ? self : .fp32
  }

  var packing: Packing { effective == .bf16 ? .forwardInHalves : .forward }
}
