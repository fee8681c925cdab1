import Foundation
import Testing

@testable import Scoring

@Suite("Reading hypotheses and references")
struct ScoreFilesTests {
  private func input(_ candidates: String, _ references: String) throws -> ScoreFiles {
    try ScoreFiles(
      candidates: .init(name: "c", content: Array(candidates.utf8)),
      references: .init(name: "r", content: Array(references.utf8)))
  }

  @Test("lines, with or without a last line feed, with either line ending")
  func lines() throws {
    let expected = [
      ScoreFiles.Item(candidate: "a dog", references: ["the dog", "one dog"]),
      ScoreFiles.Item(candidate: "", references: ["a cat"]),
    ]
    #expect(try input("a dog\n\n", "the dog\tone dog\na cat\n").items == expected)
    #expect(try input("a dog\n\n", "the dog\tone dog\na cat").items == expected)
    #expect(try input("a dog\r\n\r\n", "the dog\tone dog\r\na cat\r\n").items == expected)
    #expect(try input("\u{FEFF}a dog\n\n", "\u{FEFF}the dog\tone dog\na cat").items == expected)
  }

  @Test("a sentence in brackets is not JSON")
  func brackets() throws {
    #expect(try input("[a dog]", "{a dog}").items.count == 1)
    #expect(try input("[", "[").items.count == 1)
  }

  @Test("COCO's JSON, in the order of the results")
  func coco() throws {
    let references = """
      {"info": {}, "images": [{"id": 7}, {"id": 9}, {"id": 11}],
       "annotations": [{"image_id": 7, "id": 1, "caption": "A dog."},
        {"image_id": 9, "id": 2, "caption": "A cat."}, {"image_id": 7, "id": 3, "caption": "Dogs"}]}
      """
    let results = #"[{"image_id": 9, "caption": "a cat"}, {"image_id": "7", "caption": ""}]"#
    #expect(
      try input(results, references).items == [
        .init(candidate: "a cat", references: ["A cat."]),
        .init(candidate: "", references: ["A dog.", "Dogs"]),
      ])
  }

  static let annotations = #"{"annotations": [{"image_id": 1, "caption": "a dog"}]}"#

  @Test(
    "errors say where and what to do",
    arguments: [
      ("a\nb\nc", "a\nb", ScoringError.Code.countMismatch, "r:2: is its last line, but c has 3"),
      ("a", "a\nb", .countMismatch, "c:1: is its last line, but r has 2"),
      ("a\nb", "a\na\t \tb", .emptyReference, "r:2: reference 2 of 3 is empty"),
      ("a\nb", "a\n\n", .emptyReference, "r:2: reference 1 of 1 is empty"),
      ("a", "a\t", .emptyReference, "r:1: reference 2 of 2 is empty"),
      ("", "", .noSentences, "c: holds no hypothesis"),
      ("[]", #"{"annotations": []}"#, .noSentences, "c: holds no hypothesis"),
      ("a", annotations, .malformedFile, "c: is not JSON while r is"),
      (#"[{"image_id": 1, "caption": "a"}]"#, "a", .malformedFile, "r: is not JSON while c is"),
      (#"[{"image_id": 1, "caption": "a"}"#, annotations, .malformedFile, "c: is not valid JSON"),
      (#"[{"image_id": 1}]"#, annotations, .malformedFile, "c: [0].caption is missing"),
      (#"[{"caption": "a"}]"#, annotations, .malformedFile, "c: [0].image_id is missing"),
      (#"[{"image_id": 1.5, "caption": "a"}]"#, annotations, .malformedFile, "c: [0].image_id"),
      (#"[{"image_id": 1, "caption": null}]"#, annotations, .malformedFile, "c: [0].caption"),
      (#"{"image_id": 1}"#, annotations, .malformedFile, "c: the whole has another type"),
      ("[]", "[]", .malformedFile, "r: the whole has another type"),
      ("[]", #"{"images": []}"#, .malformedFile, "r: annotations is missing"),
      (
        #"[{"image_id": 1, "caption": "a"}, {"image_id": 1, "caption": "b"}]"#, annotations,
        .duplicateImage, "c: [0] and [1] both caption image 1"
      ),
      (
        #"[{"image_id": 1, "caption": "a"}, {"image_id": 2, "caption": "b"}]"#, annotations,
        .missingImage, "c: [1] captions image 2, which has no reference in r"
      ),
      ("[]", annotations, .missingImage, "c: holds no caption for image 1 of r"),
      (
        "[]", #"{"annotations": [{"image_id": 4, "caption": " "}]}"#, .emptyReference,
        "r: annotations[0], a reference for image 4, is empty"
      ),
    ])
  func errors(candidates: String, references: String, code: ScoringError.Code, start: String) {
    let error = #expect(throws: ScoringError.self) { try input(candidates, references) }
    #expect(error?.code == code)
    #expect(error?.description.hasPrefix(start) == true, "\(error?.description ?? "")")
  }

  @Test("bytes that are not UTF-8 are refused with their line")
  func notUTF8() {
    let file = ScoreFiles.File(name: "c", content: Array("a\n".utf8) + [0xFF])
    let error = #expect(throws: ScoringError.self) {
      try ScoreFiles(candidates: file, references: .init(name: "r", content: Array("a\na".utf8)))
    }
    #expect(error?.code == .malformedFile)
    #expect(error?.message.hasPrefix("c:2: is not UTF-8") == true)
  }

  @Test("no bytes make the reader fail otherwise than by its own error", arguments: 0..<20)
  func anyBytes(seed: Int) {
    var random = SplitMix64(state: UInt64(seed))
    let valid = Array(Self.annotations.utf8)
    for _ in 0..<100 {
      var bytes = valid
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] = UInt8.random(in: 0...255, using: &random)
      }
      let cut = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
      for content in [bytes, cut] {
        do {
          _ = try ScoreFiles(
            candidates: .init(name: "c", content: content),
            references: .init(name: "r", content: content))
        } catch { #expect(!error.message.isEmpty) }
      }
    }
    let deep = Array(String(repeating: "[", count: 100_000).utf8)
    #expect(throws: ScoringError.self) {
      try ScoreFiles(
        candidates: .init(name: "c", content: deep), references: .init(name: "r", content: valid))
    }
  }

  @Test("a file is read, and one that cannot be is named with the reason")
  func files() throws {
    let folder = FileManager.default.temporaryDirectory
    let path = folder.appending(path: "scoring-\(UUID().uuidString).txt")
    try Data("a dog\n".utf8).write(to: path)
    defer { try? FileManager.default.removeItem(at: path) }
    #expect(try ScoreFiles.File(path: path.path).content == Array("a dog\n".utf8))
    for wrong in [path.path + ".none", folder.path] {
      let error = #expect(throws: ScoringError.self) { try ScoreFiles.File(path: wrong) }
      #expect(error?.code == .unreadableFile)
      #expect(error?.message.hasPrefix(wrong + ": cannot be read (") == true)
    }
  }
}
