public import ArgumentParser
internal import Decoders
public import Encoders

/// In which numbers the encoder and the decoder of this process calculate.
struct PrecisionOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Numbers that encoder and decoder multiply: fp32; bf16, where the processor has them; int8, with "
        + "weights that `captionmesh encoder quantize` made, the decoder in bf16; or auto, the fastest of them that "
        + "loses next to nothing.", valueName: "precision"))
  var precision = PrecisionChoice.fp32
}

extension PrecisionChoice: ExpressibleByArgument {}

extension PrecisionChoice {
  /// What a decoder multiplies: what encoders round, it need not be more exact about.
  var ofDecoder: DecoderPrecision { self == .fp32 ? .fp32 : .bf16 }
}
