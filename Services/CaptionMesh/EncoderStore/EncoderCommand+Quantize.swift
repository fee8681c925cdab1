import ArgumentParser
import Compute
import Encoders
import FoundationEssentials
import Imaging
import Tensor

extension EncoderCommand {
  struct Quantize: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write an encoder's weights as eight-bit integers.",
      discussion: """
        Chooses the integers' steps on photographs like those to come, and writes NAME.int8.safetensors \
        beside the encoder's file, for --precision int8 and auto. Every fourth photograph is kept to \
        measure how close the features are to those of the float weights; auto takes int8 where the \
        mean cosine is at least 0.99.

        Models that were trained on the encoder go with its integers as well.

        Example:
          captionmesh encoder quantize efficientnet-lite2 --images photographs
        """)

    @Argument(help: "Encoder, by its name in the store.")
    var name: String

    @Option(help: ArgumentHelp("Folder of photographs.", valueName: "folder"))
    var images: String

    @Option(help: "Photographs to use, evenly spread over the folder.")
    var count = 128

    @Option(
      help: ArgumentHelp(
        "A convolution that keeps real numbers, by its name in weight files; may be repeated.",
        valueName: "convolution"))
    var keep: [String] = []

    @Option(help: "Threads; by default one for each processor.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var options: StoreOptions

    func validate() throws {
      guard count > 1, threads > 0 else {
        throw ValidationError("--count starts at 2 and --threads at 1")
      }
    }

    func run() async throws {
      let store = options.encoders
      let preprocessing = try store.entry(name).identity.preprocessing
      let photographs = try await chosen().map {
        try ImageFile.tensor($0, preprocessing, .serving)
      }
      let bar = ProgressBar("quantizing", total: 100)
      let encoder = try store.quantize(
        name, images: photographs, keeping: Set(keep), threadCount: threads
      ) { bar.advance(to: Int($0 * 100)) }
      bar.finish()
      if json {
        let writer = JSONEncoder()
        writer.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return print(String(decoding: try writer.encode(Summary(encoder)), as: UTF8.self))
      }
      print("\(encoder.path): steps from \(encoder.imageCount) photographs")
      print(
        "cosine with the float features: mean \(encoder.cosine), least \(encoder.leastCosine)"
          + (encoder.isClose ? "" : "; auto will not take these weights"))
    }

    /// Photographs of the folder, evenly spread over the names' order.
    private func chosen() async throws -> [String] {
      var paths: [String] = []
      for await path in ImagePaths(arguments: [images]) { paths.append(path) }
      guard paths.count > 1 else {
        throw ValidationError("\(images): holds no photographs, or one alone")
      }
      let count = min(count, paths.count)
      return (0..<count).map { paths[$0 * paths.count / count] }
    }
  }

  /// Quantized weights as `quantize --json` shows them.
  private struct Summary: Encodable {
    let path, sha256: String
    let images: Int
    let cosine, leastCosine: Double

    init(_ encoder: QuantizedEncoder) {
      path = encoder.path
      sha256 = encoder.hash
      images = encoder.imageCount
      cosine = encoder.cosine
      leastCosine = encoder.leastCosine
    }

    enum CodingKeys: String, CodingKey {
      case path, sha256, images, cosine
      case leastCosine = "least_cosine"
    }
  }
}
