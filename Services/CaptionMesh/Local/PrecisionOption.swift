public import ArgumentParser
public import Encoders

/// In which numbers an encoder of this process calculates.
struct PrecisionOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Numbers that the encoder multiplies: fp32; bf16, where the processor has them; int8, with "
        + "weights that `captionmesh encoder quantize` made; or auto, the fastest of them that "
        + "loses next to nothing.", valueName: "precision"))
  var precision = PrecisionChoice.fp32
}

extension PrecisionChoice: ExpressibleByArgument {}
