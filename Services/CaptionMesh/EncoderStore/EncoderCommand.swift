public import ArgumentParser
public import Encoders
import FoundationEssentials
public import Imaging

/// `captionmesh encoder`.
struct EncoderCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encoder",
    abstract: "Manage the encoders: fetch and import weights, list them, check them.",
    subcommands: [Pull.self, Import.self, Quantize.self, List.self, Verify.self])

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
        of the architecture is there in its shape, and stores them with their preprocessing, which a file \
        of another store, such as a fine-tuned encoder, says itself.

        Examples:
          captionmesh encoder import resnet101-63fe2227.pth
          captionmesh encoder import run/encoder.safetensors --name fine-tuned
          captionmesh encoder import mine.pth --architecture resnet50 --name mine \\
            --normalization course
        """)

    @Argument(help: "File with the weights.", completion: .file())
    var file: String

    @Option(
      help:
        "Architecture: \(Architecture.allCases.map(\.rawValue).joined(separator: ", ")); by default the one whose tensors the file has."
    )
    var architecture: Architecture?

    @Option(help: "Name in the store; by default the architecture's.")
    var name: String?

    @Option(
      help:
        "Normalisation of its input: torchvision, course, efficientnet-lite or tf; by default the architecture's own."
    )
    var normalization: Normalization?

    @Option(help: "Height and width that images are resized to; by default 256.")
    var inputSize: Int?

    @Option(help: "Who made the weights, and under which licence.")
    var credit: String?

    @OptionGroup var options: StoreOptions

    func run() async throws {
      let entry = try options.encoders.importWeights(
        from: file, architecture: architecture, name: name, normalization: normalization,
        inputSize: inputSize, credit: credit)
      print("imported \(entry.identity.features) as \(entry.identity.name)")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the encoders of the store.")

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var options: StoreOptions

    func run() async throws {
      let entries = try options.encoders.entries()
      if json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(entries.map(Entry.init)), as: UTF8.self))
      } else if entries.isEmpty {
        print(
          "no encoders; `captionmesh encoder pull resnet101` fetches one, `captionmesh encoder import FILE` imports one"
        )
      } else {
        for entry in entries {
          let identity = entry.identity
          print(
            "\(identity.name)  \(identity.architecture)  \(identity.preprocessing)  "
              + identity.weightsHash)
        }
      }
    }
  }

  /// An encoder as `list --json` shows it.
  private struct Entry: Encodable {
    let name, architecture, preprocessing, weightsSHA256, sourceFile, sourceSHA256, credit: String

    init(_ entry: StoredEncoder) {
      name = entry.identity.name
      architecture = entry.identity.architecture.rawValue
      preprocessing = entry.identity.preprocessing.fingerprint
      weightsSHA256 = entry.identity.weightsHash
      sourceFile = entry.sourceFile
      sourceSHA256 = entry.sourceHash
      credit = entry.credit
    }

    enum CodingKeys: String, CodingKey {
      case name, architecture, preprocessing, credit
      case weightsSHA256 = "weights_sha256"
      case sourceFile = "source_file"
      case sourceSHA256 = "source_sha256"
    }
  }

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check that the encoders of the store are what they were when imported.")

    @Argument(help: "Names; by default all.")
    var names: [String] = []

    @OptionGroup var options: StoreOptions

    func run() async throws {
      let chosen = names.isEmpty ? options.encoders.names() : names
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

extension Architecture: ExpressibleByArgument {}
extension Normalization: ExpressibleByArgument {}
