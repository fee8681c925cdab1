import ArgumentParser

/// `captionmesh`: what people type.
struct CaptionMesh: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "captionmesh",
    abstract: "Say what is in photographs.",
    discussion: """
      A captioner as a mesh of processes: loaders, encoders, decoders and scorers, fed by a \
      dispatcher. `Deploy/mesh up` starts one; then

        captionmesh stream photographs/     one sentence for each photograph
        captionmesh watch photographs/      what comes into a folder, into files beside it
        captionmesh caption dog.jpg         one photograph
        captionmesh evaluate …              BLEU, ROUGE-L and CIDEr-D of a split

      Models are trained with `captionmesh features` and `captionmesh train`.

      Exit codes: 0 done, 1 failed, 2 wrong usage, 75 try again.
      """,
    version: "0.1.0",
    groupedSubcommands: [
      CommandGroup(
        name: "Captioning",
        subcommands: [
          StreamCommand.self, WatchCommand.self, CaptionCommand.self, MeshCommand.self,
        ]
      ),
      CommandGroup(
        name: "Training",
        subcommands: [PrepareCommand.self, FeaturesCommand.self, TrainCommand.self]),
      CommandGroup(
        name: "Measuring",
        subcommands: [
          EvaluateCommand.self, ScoreCommand.self, ReportCommand.self, BenchCommand.self,
        ]),
      CommandGroup(
        name: "Encoders and models",
        subcommands: [EncoderCommand.self, EncodeCommand.self, ModelCommand.self]),
      CommandGroup(name: "Several machines", subcommands: [KeysCommand.self]),
    ])
}
