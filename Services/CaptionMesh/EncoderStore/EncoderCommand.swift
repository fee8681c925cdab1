import ArgumentParser
import Encoders
import FoundationEssentials
import Imaging

/// `captionmesh encoder`.
struct EncoderCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encoder",
    abstract: "Manage the encoders: import weights, list them, check them.",
    subcommands: [Import.self, List.self, Verify.self])

  /// The store that the subcommands work on.
  struct StoreOptions: ParsableArguments {
    @Option(help: "Encoder store; by default ~/.local/share/captionmesh/encoders.")
    var store: String?

    var encoders: EncoderStore { EncoderStore(path: store) }
  }
}

extension EncoderCommand {
  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Import weights into the store.",
      discussion: """
        Reads safetensors and PyTorch .pth files, of which no code is run, checks that every tensor \
        of the architecture is there in its shape, and stores them with their preprocessing.

        Examples:
          captionmesh encoder import resnet101-63fe2227.pth --architecture resnet101
          captionmesh encoder import mine.pth --architecture resnet50 --name mine \\
            --normalization course
        """)

    @Argument(help: "File with the weights.")
    var file: String

    @Option(help: "Architecture: \(Architecture.allCases.map(\.rawValue).joined(separator: ", ")).")
    var architecture: Architecture

    @Option(help: "Name in the store; by default the architecture's.")
    var name: String?

    @Option(
      help: "Normalisation of its input: torchvision, course, efficientnet-lite or tf; by default the architecture's own.")
    var normalization: Normalization?

    @OptionGroup var options: StoreOptions

    func run() async throws {
      let entry = try options.encoders.importWeights(
        from: file, architecture: architecture, name: name ?? architecture.rawValue,
        normalization: normalization ?? architecture.defaultNormalization)
      print("imported \(entry.name) (\(entry.architecture), \(entry.preprocessing))")
      print("weights SHA-256 \(entry.weightsHash)")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the encoders of the store.")

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var options: StoreOptions

    func run() async throws {
      let entries = try options.encoders.list()
      if json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(entries), as: UTF8.self))
      } else if entries.isEmpty {
        print("no encoders; import one with `captionmesh encoder import FILE --architecture NAME`")
      } else {
        for entry in entries {
          print("\(entry.name)  \(entry.architecture)  \(entry.preprocessing)  \(entry.weightsHash)")
        }
      }
    }
  }

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check that the encoders of the store are what they were when imported.")

    @Argument(help: "Names; by default all.")
    var names: [String] = []

    @OptionGroup var options: StoreOptions

    func run() async throws {
      let chosen = names.isEmpty ? try options.encoders.list().map(\.name) : names
      var failed = false
      for name in chosen {
        do {
          try options.encoders.verify(name)
          print("\(name): good")
        } catch {
          failed = true
          printError("\(name): \(error)")
        }
      }
      if failed { throw ExitCode(ExitStatus.failed) }
    }
  }
}

extension Architecture: @retroactive ExpressibleByArgument {}
extension Normalization: @retroactive ExpressibleByArgument {}
