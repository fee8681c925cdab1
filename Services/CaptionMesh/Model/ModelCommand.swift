import ArgumentParser
import Compute
import Datasets
import Decoders
import Encoders
import Features
import Models
import Vocabulary

/// `captionmesh model`.
struct ModelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Bring decoders in from PyTorch, and take them there.",
    subcommands: [Import.self, Export.self])
}

extension ModelCommand {
  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a checkpoint of a decoder that PyTorch has trained.",
      discussion: """
        Takes decoders of sgrvinod's a-PyTorch-Tutorial-to-Image-Captioning: the state_dict, by \
        itself or in a dictionary, as torch.save or safetensors write it; the word map; and the \
        encoder from the store whose features it was trained on. No code in the file is run. Of a \
        checkpoint that holds whole modules save the weights first:

          torch.save(torch.load(FILE, weights_only=False)["decoder"].state_dict(), "decoder.pth")

        Example:
          captionmesh model import --decoder decoder.pth --word-map WORDMAP_coco….json \\
            --encoder resnet101 --output imported.safetensors
        """)

    @Option(help: ArgumentHelp("State_dict of the decoder.", valueName: "file"))
    var decoder: String

    @Option(help: ArgumentHelp("Word map that it was trained with.", valueName: "file"))
    var wordMap: String

    @Option(help: "Encoder that it was trained with, by its name in the store.")
    var encoder: String

    @Option(help: "Encoder store; by default ~/.local/share/captionmesh/encoders.")
    var store: String?

    @Option(
      help:
        "Rows and columns that the encoder's feature map is pooled to; 0 where attention sees the map itself."
    )
    var pooledGrid = 14

    @Option(name: .shortAndLong, help: ArgumentHelp("Checkpoint to write.", valueName: "file"))
    var output: String

    func validate() throws {
      guard (0...64).contains(pooledGrid) else {
        throw ValidationError("--pooled-grid \(pooledGrid) is not in 0...64")
      }
    }

    func run() async throws {
      let vocabulary = try PreparedDataset.readWordMap(wordMap)
      let features = try EncoderStore(path: store).entry(encoder).identity.features
      let checkpoint = try Checkpoint(
        importing: decoder, vocabulary: vocabulary, features: features,
        pooledGrid: pooledGrid == 0 ? nil : pooledGrid,
        card: ["imported": decoder, "command": CommandLine.arguments.joined(separator: " ")])
      try checkpoint.write(to: output, precision: .float32)
      print(
        "\(output): \(vocabulary.count) words, \(checkpoint.parameters.count) parameters, features "
          + "of \(features)")
    }
  }

  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a checkpoint's weights for PyTorch, and its word map.",
      discussion: """
        The weights get the names that the tutorial's program has for them. A file that ends in .pth \
        is what torch.load reads, with weights_only=True as well; any other is safetensors.

        Example:
          captionmesh model export --model run1/best.safetensors --output decoder.pth \\
            --word-map WORDMAP.json
        """)

    @Option(help: "Checkpoint to take; by default the one that comes with the program.")
    var model: String?

    @Option(
      name: .shortAndLong,
      help: ArgumentHelp("File to write: .pth, or safetensors.", valueName: "file"))
    var output: String

    @Option(help: ArgumentHelp("Also write the word map.", valueName: "file"))
    var wordMap: String?

    func run() async throws {
      guard let path = model ?? ShippedModels.path() else {
        throw ValidationError("no model came with this program; name one with --model FILE")
      }
      let checkpoint = try Checkpoint(path: path)
      try checkpoint.export(to: output)
      if let wordMap { try PreparedDataset.writeWordMap(checkpoint.vocabulary, to: wordMap) }
      print("\(output): \(checkpoint.parameters.count) parameters")
      if !checkpoint.isTutorials {
        printError("the tutorial's program has no decoder of this architecture and these options")
      } else if checkpoint.configuration.pooling == nil {
        printError(
          "it was trained on the encoder's own grid, \(checkpoint.features.gridHeight)×"
            + "\(checkpoint.features.gridWidth): leave out the pooling of the tutorial's encoder")
      }
    }
  }
}
