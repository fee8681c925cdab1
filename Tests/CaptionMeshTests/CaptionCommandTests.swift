import ArgumentParser
import Testing

@testable import CaptionMesh

@Suite("captionmesh caption and report")
struct CaptionCommandTests {
  @Test(
    "wrong usage is told from failure",
    arguments: [
      ["caption"], ["caption", "a.jpg", "--attention", "a.gif"],
      ["caption", "a.jpg", "--compare"], ["caption", "a.jpg", "--compare", "--model", "m"],
      ["caption", "a.jpg", "--model", "m", "--model", "n"], ["caption", "a.jpg", "--beam", "0"],
      ["report"], ["report", "run"], ["report", "run", "--output", "a.pdf"],
      ["report", "--output", "a.html"], ["report", "run", "-o", "a.md", "--threads", "0"],
    ])
  func wrongUsage(arguments: [String]) {
    let error = #expect(throws: (any Error).self) { try CaptionMesh.parseAsRoot(arguments) }
    if let error { #expect(CaptionMesh.exitCode(for: error) == .validationFailure) }
  }

  @Test("options are what they say")
  func options() throws {
    let caption = try CaptionCommand.parse([
      "a.jpg", "--compare", "--model", "m", "--model", "n", "--attention", "a.HTML",
    ])
    #expect(caption.localOptions.model == ["m", "n"] && caption.attention?.path == "a.HTML")
    let report = try ReportCommand.parse([
      "r1", "r2", "-o", "a.html", "-o", "a.md", "--images", "x.jpg", "y.jpg", "--no-published",
    ])
    #expect(report.runs == ["r1", "r2"] && report.output == ["a.html", "a.md"])
    #expect(report.images == ["x.jpg", "y.jpg"] && report.published == false)
    #expect(try ReportCommand.parse(["r", "-o", "a.md"]).published == nil)
  }

  @Test(
    "models are called by as little of their paths as tells them apart",
    arguments: [
      (["runs/a/best.safetensors", "runs/b/best.safetensors"], ["a/best", "b/best"]),
      (["x/m.safetensors"], ["m"]), (["best.safetensors"], ["best"]),
      (["x/m.safetensors", "y/m.safetensors"], ["x/m.safetensors", "y/m.safetensors"]),
      ([""], [""]),
    ])
  func names(paths: [String], names: [String]) { #expect(ModelName.names(of: paths) == names) }

  @Test("the help texts")
  func helpTexts() {
    // The default of --threads is the machine's number of processors.
    func help(_ command: any ParsableCommand.Type) -> String {
      CaptionMesh.helpMessage(for: command, columns: 100)
        .replacing(#/each processor\. \(default: \d+\)/#, with: "each processor. (default: N)")
    }
    #expect(help(CaptionCommand.self) == HelpTexts.caption)
    #expect(help(ReportCommand.self) == HelpTexts.report)
  }
}
