import ArgumentParser
import FoundationEssentials
import GRPCCore
import Glibc
import MeshAPI

/// `captionmesh watch`.
struct WatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract:
      "Caption what is in a folder and what comes into it, into files beside the photographs.",
    discussion: """
      Each photograph gets a file beside it: photo.jpg.txt with the sentence, photo.jpg.json with \
      what `captionmesh stream --json` prints, or photo.xmp with the sentence as dc:description, \
      which programs for photographs read. A photograph that has such a file is left alone, and so \
      is the file, unless --force is given; photographs themselves are never changed.

      A photograph is taken once it is completely written. A mesh that is away is waited for. \
      Ctrl-C or SIGTERM lets what is on its way finish. With --once it captions what is there and \
      ends. Exits 0 when all that came were captioned, 1 when some were not.

      Examples:
        captionmesh watch ~/Pictures --recursive --sidecar xmp
        captionmesh watch ~/Pictures --once && echo all have their captions
      """)

  @Argument(help: "The folder.", completion: .directory)
  var folder: String

  @Option(help: "What is written beside a photograph.")
  var sidecar = Sidecar.txt

  @Flag(help: "Watch the folders in it, too.")
  var recursive = false

  @Flag(help: "Caption what is there, and end.")
  var once = false

  @Flag(help: "Caption also what has such a file, which is overwritten.")
  var force = false

  @Flag(help: "Print JSON lines also to a terminal.")
  var json = false

  @Option(help: "Beams of the search; 1 is greedy.")
  var beam = 3

  @OptionGroup(title: "Mesh") var meshOptions: MeshOptions

  func validate() throws {
    guard DecodeOptions.beams.contains(beam) else {
      throw ValidationError("--beam \(beam) is not in \(DecodeOptions.beams)")
    }
  }

  func run() async throws {
    try FolderWatch.check(folder)
    let (paths, photographs) = AsyncStream.makeStream(of: String.self)
    let sidecars = SidecarWriter(
      sidecar, isReplacing: force, again: photographs,
      printer: ReplyPrinter(json: json || isatty(STDOUT_FILENO) == 0))
    let watching = Task {
      defer { photographs.finish() }
      try await watch(sidecars) { photographs.yield($0) }
    }
    defer { watching.cancel() }
    let captioning = Task { try await caption(paths, sidecars) }
    // A signal ends the watching, and what is on its way has ten seconds to finish.
    let interruption = Interruption {
      watching.cancel()
      Task {
        try await Task.sleep(for: .seconds(10))
        captioning.cancel()
      }
    }
    defer { withExtendedLifetime(interruption) {} }
    do {
      try await captioning.value
      try await watching.value
    } catch is CancellationError {
      // It was asked to stop.
    }
    let (captioned, failed, waiting) = await sidecars.counts
    printError("\(captioned) captioned, \(failed) failed")
    if waiting > 0 {
      printError("\(waiting) are not captioned yet; the same command goes on with them")
      throw ExitCode(ExitStatus.tryAgain)
    }
    if failed > 0 { throw ExitCode(ExitStatus.failed) }
  }

  private func watch(_ sidecars: SidecarWriter, _ take: @escaping (String) -> Void) async throws {
    var watch = try FolderWatch(folder, isRecursive: recursive) { [force, sidecar] path in
      unsafe force || access(sidecar.path(of: path), F_OK) != 0
    }
    if !once { printError("watching \(folder)") }
    let claim = { (path: String) in if sidecars.claim(path) { take(path) } }
    if once {
      try await watch.once(claim)
    } else {
      try await watch.always(claim)
    }
  }

  private func caption(
    _ paths: AsyncStream<String>, _ sidecars: SidecarWriter
  ) async throws {
    try await meshOptions.withClient { client in
      var stream = CaptionStream(
        paths: paths, options: DecodeOptions(beam: beam), window: 16)
      stream.metadata = MeshOptions.metadata
      if !once {
        stream.patience = .seconds(1 << 30)
        stream.firstPatience = stream.patience
        stream.onBreak = { await sidecars.meshIsAway($0) }
      }
      _ = try await stream.run(Captioner.Client(client)) { item, reply in
        await sidecars.write(item.path, reply)
      }
    }
  }
}
