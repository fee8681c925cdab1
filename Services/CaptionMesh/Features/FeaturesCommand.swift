import ArgumentParser
import Datasets
import Encoders
import Features
import FoundationEssentials
import GRPCCore
import MeshAPI

/// `captionmesh features`.
struct FeaturesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "features",
    abstract: "Encode the photographs of a data set once, for training.",
    discussion: """
      Writes the feature maps of all images of a prepared data set, or of a Karpathy JSON, to an \
      HDF5 file in half precision, with the encoder's hash and the preprocessing, so that it cannot \
      be used with another. EXIF orientation is ignored, as it is when data sets are prepared.

      What was interrupted goes on when the same command is run again; a cache of another encoder \
      or of other images is never overwritten.

      Examples:
        captionmesh features --data prepared --encoder efficientnet-lite2 --output features.h5
        captionmesh features --karpathy dataset_flickr8k.json --images flickr8k/images \\
          --mirror --output flickr8k.h5
      """)

  @Option(help: ArgumentHelp("Folder that `captionmesh prepare` filled.", valueName: "folder"))
  var data: String?

  @Option(help: "Karpathy JSON that lists the images.")
  var karpathy: String?

  @Option(help: "Folder of the Karpathy JSON's images.")
  var images: String?

  @Option(help: "Encoder, by its name in the store.")
  var encoder = "efficientnet-lite2"

  @Option(help: "Encoder store; by default ~/.local/share/captionmesh/encoders.")
  var store: String?

  @OptionGroup var precisionOption: PrecisionOption

  @Option(name: .shortAndLong, help: "Feature cache to write.")
  var output: String

  @Flag(help: "Encode the mirror images of the training split as well, which training then uses.")
  var mirror = false

  @Option(
    help: ArgumentHelp(
      "Random crops of each image of the training split to encode as well, half of them mirrored.",
      valueName: "n"))
  var crops = 0

  @Option(help: "Smallest side of the crops, as a share of the photograph's.")
  var crop = 0.75

  @Option(help: "Images encoded at a time.")
  var batch = 8

  @Option(help: "Threads; by default one for each processor.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Flag(
    help: """
      Let the encoders of the mesh do it. It serves a model of the same encoder then, as \
      `captionmesh mesh up --model Shared/Models/flickr8k-attend.safetensors` does of \
      efficientnet-lite2.
      """)
  var mesh = false

  @OptionGroup(title: "Mesh") var meshOptions: MeshOptions

  func validate() throws {
    guard batch > 0, threads > 0 else { throw ValidationError("--batch and --threads start at 1") }
    guard (0...100).contains(crops), (0.1...1).contains(crop) else {
      throw ValidationError("--crops is in 0...100, --crop in 0.1...1")
    }
    guard !mesh || precisionOption.precision == .fp32 else {
      throw ValidationError(
        "--precision is for an encoder of this process; the mesh's is in its configuration")
    }
    guard (data == nil) == (karpathy != nil), (karpathy == nil) == (images == nil) else {
      throw ValidationError("give either --data, or --karpathy and --images")
    }
  }

  func run() async throws {
    let rows = try imageRows()
    let entry = try EncoderStore(path: store).entry(encoder)
    if try isMade(rows, entry.identity.features) { return }
    let identity = entry.identity.features
    if mesh {
      try await meshOptions.withClient { client in
        let encoding = MeshEncoding(client: FeatureExtractor.Client(client), encoder: entry)
        // Enough on their way that no encoder waits for the next.
        try await encode(rows, encoding, identity, atATime: 64)
      }
    } else {
      let encoder = try EncoderStore(path: store).load(
        encoder, precision: precisionOption.precision, threadCount: threads)
      try await encode(
        rows, LocalEncoding(encoder: encoder, threads: threads), identity, atATime: batch)
    }
    print("\(output): \(rows.names.count) images as \(identity)")
  }

  private var views: TrainingViews {
    TrainingViews(mirror: mirror, crops: crops, smallestCrop: crop)
  }

  private func imageRows() throws -> ImageRows {
    if let data { return ImageRows(try PreparedDataset(folder: data), views: views) }
    return ImageRows(try KarpathyDataset(path: karpathy!), folder: images!, views: views)
  }

  /// Whether the cache is there already.
  ///
  /// - Throws: `DatasetError` where something else is in its place.
  private func isMade(_ rows: ImageRows, _ identity: FeatureIdentity) throws -> Bool {
    guard FileManager.default.fileExists(atPath: output) else { return false }
    let cache = try FeatureCache(path: output)
    try cache.require(identity)
    guard cache.names == rows.names else {
      throw DatasetError(
        .mismatch,
        "\(output): holds the features of \(cache.names.count) other images; remove it or choose "
          + "another place")
    }
    print("\(output): is there already, \(rows.names.count) images as \(identity)")
    return true
  }

  private func encode(
    _ rows: ImageRows, _ encoding: some FeatureEncoding, _ identity: FeatureIdentity, atATime: Int
  ) async throws {
    let writer = try FeatureCacheWriter(path: output, names: rows.names, identity: identity)
    if writer.done > 0 { printError("going on after \(writer.done) images of an earlier run") }
    let bar = ProgressBar("encoding", total: rows.names.count)
    defer { bar.finish() }
    while writer.done < rows.names.count {
      let part = writer.done..<min(writer.done + atATime, rows.names.count)
      do {
        for map in try await encoding.features(rows, part) { try writer.append(map) }
      } catch {
        try? writer.note()
        throw error
      }
      bar.advance(to: writer.done)
    }
    try writer.finish()
  }
}
