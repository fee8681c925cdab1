import ArgumentParser
import Datasets
import Encoders
import FoundationEssentials
import Imaging
import Tensor

/// `captionmesh features`.
struct FeaturesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "features",
    abstract: "Encode the photographs of a data set once, for training.",
    discussion: """
      Writes the feature maps of all images of a Karpathy JSON to an HDF5 file in half precision, \
      with the encoder's hash and the preprocessing, so that it cannot be used with another. \
      EXIF orientation is ignored, as it is when data sets are prepared.

      Example:
        captionmesh features --karpathy dataset_flickr8k.json --images flickr8k/images \\
          --encoder efficientnet-lite2 --output flickr8k.h5
      """)

  @Option(help: "Karpathy JSON that lists the images.")
  var karpathy: String

  @Option(help: "Folder of the images.")
  var images: String

  @Option(help: "Encoder, by its name in the store.")
  var encoder = "efficientnet-lite2"

  @Option(help: "Encoder store; by default ~/.local/share/captionmesh/encoders.")
  var store: String?

  @Option(name: .shortAndLong, help: "Feature cache to write.")
  var output: String

  @Option(help: "Images encoded at a time.")
  var batch = 8

  @Option(help: "Threads; by default one for each processor.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    guard batch > 0, threads > 0 else { throw ValidationError("--batch and --threads start at 1") }
  }

  func run() async throws {
    let dataset = try KarpathyDataset(path: karpathy)
    let encoder = try EncoderStore(path: store).load(named: encoder, threadCount: threads)
    let names = dataset.images.map(\.path)
    let writer = try FeatureCacheWriter(
      path: output, names: names, identity: encoder.features)
    let source = FeatureSource(encoder: encoder, threads: threads)
    let bar = ProgressBar("encoding", total: names.count)
    for start in stride(from: 0, to: names.count, by: batch) {
      let rows = start..<min(start + batch, names.count)
      let paths = rows.map { "\(images)/\(names[$0])" }
      for (row, map) in zip(rows, try source.features(of: paths, .preparing)) {
        try writer.write(try map.get(), row: row)
      }
      bar.advance(by: rows.count)
    }
    try writer.finish()
    bar.finish()
    print("\(output): \(names.count) images as \(encoder.features)")
  }
}
