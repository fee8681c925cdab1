import ArgumentParser
import Encoders
import FoundationEssentials
import Imaging
import NumpyFiles
import Tensor

/// `captionmesh encode`.
struct EncodeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encode",
    abstract: "Write the feature maps of images as a NumPy file.",
    discussion: """
      The file holds float32 [N, C, H, W], the encoder's native grid, for the N images in the order \
      given. An image that cannot be read fails the command.

      Example:
        captionmesh encode a.jpg b.jpg --encoder efficientnet-lite2 --output features.npy
      """)

  @Argument(help: "JPEG or PNG files.", completion: .file(extensions: ["jpg", "jpeg", "png"]))
  var images: [String]

  @Option(help: "Encoder, by its name in the store.")
  var encoder = "efficientnet-lite2"

  @Option(help: "Encoder store; by default ~/.local/share/captionmesh/encoders.")
  var store: String?

  @OptionGroup var precisionOption: PrecisionOption

  @Option(name: .shortAndLong, help: "NumPy file to write.")
  var output: String

  @Option(help: "Images encoded at a time.")
  var batch = 8

  @Option(help: "Threads; by default one for each processor.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    guard batch > 0, threads > 0 else { throw ValidationError("--batch and --threads start at 1") }
  }

  func run() async throws {
    let encoder = try EncoderStore(path: store).load(
      encoder, precision: precisionOption.precision, threadCount: threads)
    var maps: [Tensor] = []
    for start in stride(from: 0, to: images.count, by: batch) {
      let paths = images[start..<min(start + batch, images.count)]
      let tensors = try paths.map {
        try ImageFile.tensor($0, encoder.preprocessing, .serving)
      }
      let encoded = try encoder.encode(Tensor(stacking: tensors))
      for row in tensors.indices { maps.append(encoded[row]) }
    }
    try NumpyFile.write(Tensor(stacking: maps), to: output)
    print("\(output): float32 \(Shape([maps.count] + maps[0].shape.dimensions))")
  }
}
