import ArgumentParser
import Scoring
import Testing

@testable import CaptionMesh

@Suite("captionmesh score")
struct ScoreCommandTests {
  static let files = ["--candidates", "c", "--references", "r"]

  @Test(
    "options name a definition together",
    arguments: [
      ([], BleuDefinition.coco), (["--method", "coco"], .coco),
      (["--method", "nltk"], .nltk(.none)),
      (["--method", "nltk", "--smoothing", "7"], .nltk(.shortenedAveraged)),
      (["--method", "sacrebleu"], .sacrebleu(.exp)),
      (["--method", "sacrebleu", "--smooth", "add-k"], .sacrebleu(.addK)),
    ])
  func definitions(options: [String], definition: BleuDefinition) throws {
    let command = try ScoreCommand.parse(Self.files + options)
    #expect(try command.definition() == definition)
    #expect(command.tokenize == .none)
  }

  @Test(
    "wrong usage is told from failure",
    arguments: [
      ["score"], ["score", "--candidates", "c"], ["score", "--method", "x"] + files,
      ["score", "--smoothing", "1"] + files, ["score", "--smooth", "exp"] + files,
      ["score", "--method", "nltk", "--smoothing", "8"] + files,
      ["score", "--method", "nltk", "--smooth", "exp"] + files,
      ["score", "--tokenize", "13a"] + files,
    ])
  func wrongUsage(arguments: [String]) {
    let error = #expect(throws: (any Error).self) { try CaptionMesh.parseAsRoot(arguments) }
    if let error { #expect(CaptionMesh.exitCode(for: error) == .validationFailure) }
  }

  @Test("the help text")
  func helpText() {
    #expect(CaptionMesh.helpMessage(for: ScoreCommand.self, columns: 100) == HelpTexts.score)
  }
}
