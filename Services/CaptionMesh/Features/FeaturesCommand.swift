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

  @Flag(help: "Encode the mirror images of the training split as well, which training then uses.")
  var mirror = false

  @Option(help: "Images encoded at a time.")
  var batch = 8

  @Option(help: "Threads; by default one for each processor.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    guard batch > 0, threads > 0 else { throw ValidationError("--batch and --threads start at 1") }
  }

  func run() async throws {
    let dataset = try KarpathyDataset(path: karpathy)
    let encoder = try EncoderStore(path: store).load(encoder, threadCount: threads)
    let paths = dataset.images.map(\.path)
    let mirrored = mirror ? dataset.images(of: "train").map(\.path) : []
    let names = paths + mirrored.map(FeatureView.mirrored)
    let writer = try FeatureCacheWriter(
      path: output, names: names, identity: encoder.features)
    let source = FeatureSource(encoder: encoder, threads: threads)
    let bar = ProgressBar("encoding", total: names.count)
    for (first, paths, isMirrored) in [(0, paths, false), (paths.count, mirrored, true)] {
      for start in stride(from: 0, to: paths.count, by: batch) {
        let part = start..<min(start + batch, paths.count)
        let maps = try source.features(
          of: part.map { "\(images)/\(paths[$0])" }, .preparing, mirrored: isMirrored)
        for (index, map) in zip(part, maps) {
          try writer.write(try map.get(), row: first + index)
        }
        bar.advance(by: part.count)
      }
    }
    try writer.finish()
    bar.finish()
    print("\(output): \(names.count) images as \(encoder.features)")
  }
}
