import ArgumentParser
import Decoders
import FoundationEssentials

/// `captionmesh bench local`.
struct BenchLocalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "local",
    abstract: "Caption photographs in this process, and say how many a second.",
    discussion: """
      What a mesh is measured against: the same stages without it. Times start when all is loaded.
      """)

  @Argument(help: "JPEG or PNG files and folders of them.")
  var paths: [String]

  @Option(help: "Beams of the search; 1 is greedy.")
  var beam = 3

  @Option(help: "Photographs captioned together.")
  var batch = 32

  @Flag(help: "Print a JSON object.")
  var json = false

  @OptionGroup var localOptions: LocalOptions

  func validate() throws {
    guard beam > 0, batch > 0 else { throw ValidationError("--beam and --batch start at 1") }
  }

  func run() async throws {
    var files: [String] = []
    for try await path in ImagePaths(arguments: paths) { files.append(path) }
    guard !files.isEmpty else { throw ValidationError("there are no photographs in \(paths)") }
    let captioner = try LocalCaptioner(localOptions)
    let search = BeamSearch(width: beam, vocabulary: captioner.checkpoint.vocabulary)
    _ = try captioner.captions(
      Array(files.prefix(batch)), search: search, batchSize: batch)
    let start = ContinuousClock.now
    let outcomes = try captioner.captions(files, search: search, batchSize: batch)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let captioned = outcomes.count { (try? $0.get()) != nil }
    if json {
      return print("{\"captioned\": \(captioned), \"seconds\": \(seconds)}")
    }
    print("\(captioned) captioned, \((Double(captioned) / seconds).rounded(1)) images/s")
  }
}
