internal import Compute

/// The numbers that an encoder multiplies.
public enum Precision: String, Sendable, CaseIterable, CustomStringConvertible {
  /// 32-bit floating point, as weights are published.
  case fp32
  /// bfloat16: the upper halves of float32, summed in float32. Weights are converted when they are
  /// loaded.
  case bf16
  /// Eight-bit integers, summed in 32 bits, which need weights that were quantized on images; see
  /// ``EncoderStore/quantize(_:images:keeping:threadCount:progress:)``.
  case int8

  public var description: String { rawValue }

  /// Whether this processor gains anything by it.
  public var isFast: Bool {
    switch self {
    case .fp32: true
    case .bf16: OneDNN.Processor.multipliesBFloat16
    case .int8: OneDNN.Processor.multipliesInt8
    }
  }
}

/// What is asked for: a precision, or the fastest one.
public enum PrecisionChoice: String, Sendable, CaseIterable, CustomStringConvertible {
  case fp32, bf16, int8
  /// The fastest that the processor has and that loses next to nothing: int8 where quantized weights
  /// are at hand whose features were measured and are close enough to float32's
  /// (``QuantizedEncoder/isClose``), else bf16, else fp32.
  case auto

  public var description: String { rawValue }

  /// The precision itself; nil where it is to be chosen.
  var precision: Precision? { Precision(rawValue: rawValue) }
}
