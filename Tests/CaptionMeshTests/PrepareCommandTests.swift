import ArgumentParser
import Testing

@testable import CaptionMesh

@Suite("captionmesh prepare and model import")
struct PrepareCommandTests {
  static let files = ["prepare", "--images", "i", "--output", "o"]

  @Test(
    "wrong usage is told from failure",
    arguments: [
      [], ["--karpathy", "k", "--captions", "c"], ["--karpathy", "k", "--seed", "1"],
      ["--captions", "c", "--train-list", "t"],
      [
        "--captions", "c", "--train-list", "t", "--val-list", "v", "--test-list", "t", "--seed",
        "1",
      ],
      ["--captions", "c", "--val-fraction", "0.6", "--test-fraction", "0.4"],
      ["--karpathy", "k", "--captions-per-image", "0"], ["--karpathy", "k", "--max-length", "0"],
    ])
  func wrongUsage(options: [String]) {
    let error = #expect(throws: (any Error).self) {
      try CaptionMesh.parseAsRoot(Self.files + options)
    }
    if let error { #expect(CaptionMesh.exitCode(for: error) == .validationFailure) }
  }

  @Test(
    "right usage",
    arguments: [
      ["--karpathy", "k"], ["--captions", "c"], ["--captions", "c", "--test-fraction", "0"],
      ["--captions", "c", "--train-list", "t", "--val-list", "v", "--test-list", "t"],
    ])
  func rightUsage(options: [String]) throws {
    _ = try CaptionMesh.parseAsRoot(Self.files + options)
  }

  @Test("the help texts")
  func helpTexts() {
    func help(_ command: any ParsableCommand.Type) -> String {
      // How many processors there are is this machine's.
      CaptionMesh.helpMessage(for: command, columns: 100)
        .replacing(/processor. \(default: \d+\)/, with: "processor.")
    }
    #expect(help(PrepareCommand.self) == HelpTexts.prepare)
    #expect(help(ModelCommand.Import.self) == HelpTexts.modelImport)
  }
}
