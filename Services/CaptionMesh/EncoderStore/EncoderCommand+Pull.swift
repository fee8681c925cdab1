import ArgumentParser
import Downloads
import Encoders
import FoundationEssentials

extension EncoderCommand {
  struct Pull: AsyncParsableCommand {
    static let architectures = Architecture.allCases.filter { $0.published != nil }

    static let configuration = CommandConfiguration(
      abstract: "Download an encoder's published weights and import them.",
      discussion: """
        Fetches torchvision's file of the architecture, goes on where an earlier download stopped, \
        checks that its SHA-256 begins with the digits in its name, and imports it into the store.

        Examples:
          captionmesh encoder pull resnet101
          captionmesh encoder pull resnet101 --from https://mirror.example/models/
          captionmesh encoder pull resnet101 --from ~/resnet101-63fe2227.pth
        """)

    @Argument(
      help: "Architecture: \(architectures.map(\.rawValue).joined(separator: ", ")).")
    var architecture: Architecture

    @Option(
      help: ArgumentHelp(
        "The same file elsewhere: an address, of a folder if it ends with a slash, or a file.",
        valueName: "place"))
    var from: String?

    @Option(help: "Name in the store; by default the architecture's.")
    var name: String?

    @Option(help: "Seconds without a byte after which a connection is given up.")
    var stallTimeout = 60

    @OptionGroup var options: StoreOptions

    func validate() throws {
      guard architecture.published != nil else {
        throw ValidationError(
          "nobody publishes weights of \(architecture) that are known here; there are those of "
            + Self.architectures.map(\.rawValue).joined(separator: ", "))
      }
      guard (1...86400).contains(stallTimeout) else {
        throw ValidationError("--stall-timeout \(stallTimeout) is not in 1...86400")
      }
    }

    func run() async throws {
      // Validated.
      let pull = EncoderPull(
        architecture: architecture, weights: architecture.published!, store: options.encoders,
        stallTimeout: stallTimeout)
      let entry = try pull.run(from: from, name: name)
      print("imported \(entry.identity.features) as \(entry.identity.name)")
    }
  }
}

/// Brings published weights into a store.
struct EncoderPull {
  let architecture: Architecture
  let weights: PublishedWeights
  let store: EncoderStore
  var stallTimeout = 60

  /// - Parameter place: an address or a file; nil for where the weights are published.
  /// - Throws: `DownloadError`, `EncoderError`.
  func run(from place: String? = nil, name: String? = nil) throws -> StoredEncoder {
    var place = place ?? weights.address
    guard place.hasPrefix("http://") || place.hasPrefix("https://") else {
      return try importFile(place, name)
    }
    if place.hasSuffix("/") { place += weights.fileName }
    let folder = store.path + "/downloads"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let file = "\(folder)/\(weights.fileName)"
    if !FileManager.default.fileExists(atPath: file) {
      var download = Download(place, to: file, hashPrefix: weights.hashPrefix)
      download.stallTimeout = stallTimeout
      try fetch(download)
    }
    let entry = try importFile(file, name)
    try FileManager.default.removeItem(atPath: file)
    return entry
  }

  private func fetch(_ download: Download) throws {
    let megabyte = 1_000_000
    var bar: ProgressBar?
    defer { bar?.finish() }
    let start = ContinuousClock.now
    var first: Int?
    try download.run { done, total in
      if bar == nil, let total {
        bar = ProgressBar("\(weights.fileName), MB", total: max(total / megabyte, 1))
      }
      let begun = first ?? done
      first = begun
      let seconds = max((ContinuousClock.now - start) / .seconds(1), 1e-3)
      let rate = Double(done - begun) / Double(megabyte) / seconds
      bar?.advance(to: done / megabyte, note: "\(rate.rounded(1)) MB/s,")
    }
  }

  private func importFile(_ file: String, _ name: String?) throws -> StoredEncoder {
    try store.importWeights(
      from: file, architecture: architecture, name: name, credit: weights.credit,
      hashPrefix: weights.hashPrefix)
  }
}
