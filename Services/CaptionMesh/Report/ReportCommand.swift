import ArgumentParser
import Decoders
import FoundationEssentials
import Glibc
import Imaging
import Reporting
import Vocabulary

/// `captionmesh report`.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Put runs together in a report: scores, curves, captions, comparisons, costs.",
    discussion: """
      Reads the folders that `captionmesh train` and `captionmesh evaluate` wrote, and writes one \
      HTML file that stands alone, or Markdown with its pictures in a folder beside it \
      (report.md, report-files). Runs that differ in their seeds alone are grouped. Files that a \
      folder lacks are named in the report; malformed ones stop it.

      Photographs are captioned by every run whose checkpoint is in its folder, with beam 3; \
      without --images they are the samples that Deploy/setup fetched.

      Example:
        captionmesh report runs/attend-1 runs/attend-2 runs/tell-1 --output report.html \\
          --output report.md
      """)

  @Argument(help: ArgumentHelp("Run folders.", valueName: "run"), completion: .directory)
  var runs: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "File that ends in .html or .md; repeat it for both.", valueName: "file"))
  var output: [String]

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Photographs that every model captions.", valueName: "files"))
  var images: [String] = []

  @Flag(
    inversion: .prefixedNo,
    help: "Set scores that others published on Flickr8k beside; by default where runs are of it.")
  var published: Bool?

  @Option(help: "Encoder store; by default ~/.local/share/captionmesh/encoders.")
  var store: String?

  @Option(help: "Threads; by default one for each processor.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    guard !runs.isEmpty else { throw ValidationError("name at least one run folder") }
    guard !output.isEmpty else { throw ValidationError("say where to write with --output FILE") }
    for path in output where ![".html", ".htm", ".md"].contains(where: path.lowercased().hasSuffix)
    {
      throw ValidationError("--output \(path) ends neither in .html nor in .md")
    }
    guard threads > 0 else { throw ValidationError("--threads starts at 1") }
  }

  func run() throws {
    let runs = try runs.map { try Run(folder: $0) }
    for path in output { try OutputPlace.check(path) }
    var captioner = PhotographCaptioner(runs, store: store, threads: threads)
    let photographs = try captioner.photographs(images.isEmpty ? SamplePhotographs.paths : images)
    let report = Report(
      runs, photographs: photographs, showsPublished: published, notes: captioner.notes)
    for path in output {
      try report.write(to: path)
      printError("wrote \(path)")
    }
  }
}
