import ArgumentParser
import Decoders
import Encoders
import Features
import Logging
import MeshAPI
import Models
import ServiceKit
import Supervision

/// What `up` takes and hands on to the supervisor that it starts.
struct MeshSettings: ParsableArguments {
  @Option(help: "Loader processes.")
  var loaders: Int?

  @Option(help: "Encoder processes; by default two where there are two cores.")
  var encoders: Int?

  @Option(help: "Decoder processes.")
  var decoders: Int?

  @Option(help: "Configuration, as Deploy/mesh.yaml explains it.")
  var config: String?

  @Option(help: "Encoder store; by default ~/.local/share/captionmesh/encoders.")
  var store: String?

  @Option(
    help: ArgumentHelp(
      "Numbers that the encoders multiply: fp32, bf16, int8 or auto, as `captionmesh encode --help` "
        + "explains them; by default as the configuration says, else fp32."))
  var precision: PrecisionChoice?

  @Option(help: "Checkpoint to serve; by default the one that comes with the program.")
  var model: String?

  @Option(help: "Write the spans of requests to this file, as OpenTelemetry's JSON lines.")
  var trace: String?

  @Option(help: "How the processes log: text or json; by default as the configuration says.")
  var logFormat: LogFormat?

  func validate() throws {
    for (name, count) in [("loaders", loaders), ("encoders", encoders), ("decoders", decoders)] {
      if let count, !MeshPlan.counts.contains(count) {
        throw ValidationError("--\(name) \(count) is not in \(MeshPlan.counts)")
      }
    }
  }

  /// The same settings as arguments.
  var arguments: [String] {
    let pairs: [(String, String?)] = [
      ("--loaders", loaders.map(String.init)), ("--encoders", encoders.map(String.init)),
      ("--decoders", decoders.map(String.init)), ("--config", config), ("--store", store),
      ("--precision", precision?.rawValue), ("--model", model), ("--trace", trace),
      ("--log-format", logFormat?.rawValue),
    ]
    return pairs.flatMap { name, value in value.map { [name, $0] } ?? [] }
  }

  /// What is to run: the configuration with these settings over it. Sees to it that the model and
  /// the encoder are there and belong together.
  func plan(_ directory: RuntimeDirectory, programs: String) throws -> MeshPlan {
    var configuration = try MeshConfiguration.load(config)
    // The dispatcher would say so too, but in its log.
    _ = try configuration.serverSecurity(
      logger: Logger(label: "keys") { _ in SwiftLogNoOpLogHandler() })
    if let precision { configuration.precision = .init(rawValue: precision.rawValue)! }
    configuration.trace = trace ?? configuration.trace
    configuration.logFormat = logFormat ?? configuration.logFormat
    if let loaders { configuration.stages[.load]!.workers = loaders }
    if let encoders { configuration.stages[.encode]!.workers = encoders }
    if let decoders { configuration.stages[.decode]!.workers = decoders }

    guard let model = model ?? configuration.model ?? ShippedModels.path() else {
      throw ValidationError("no model came with this program; name one with --model FILE")
    }
    let features = try Checkpoint(path: model).features
    let (encoderStore, entry) = try EncoderStore(path: store ?? configuration.store)
      .entry(matching: features, beside: model)
    let encoder = entry.identity.name
    if let wanted = configuration.encoder, wanted != encoder {
      let found = try encoderStore.entry(wanted).identity.features
      throw EncoderError(
        code: .mismatch,
        "\(model) was trained on features of \(features), but the encoder “\(wanted)” of the "
          + "configuration gives those of \(found); leave `encoder` out or name “\(encoder)”")
    }
    return MeshPlan(
      configuration, configurationFile: config, encoder: encoder, store: encoderStore.path,
      model: model, directory: directory, programs: programs)
  }
}
