import Features
import Foundation
import Tensor
import Vocabulary

@testable import Datasets

extension FuzzTarget {
  static let karpathy: FuzzTarget = {
    let file = ScratchFile()
    return FuzzTarget(
      name: "karpathy", maximumLength: 4_096,
      tokens: Self.json + [
        "images", "dataset", "filename", "filepath", "imgid", "cocoid", "split", "sentences",
        "tokens", "raw", "restval",
      ],
      seeds: {
        let image =
          #"{"filename":"a.jpg","filepath":"x","imgid":0,"cocoid":9,"split":"train","#
          + #""sentences":[{"tokens":["a","dog"],"raw":"A \u0041\ud83d\ude00 dog."}]}"#
        return [Array(#"{"dataset":"coco","images":[\#(image)],"more":[1,{"a":null}]}"#.utf8)]
          + (try Fixtures.files("Datasets", endingIn: "tiny.json").map { Array($0.prefix(4_000)) })
      },
      parse: { bytes in
        file.fill(bytes)
        let dataset = try KarpathyDataset(path: file.path)
        for split in dataset.splits { _ = dataset.wordCounts(of: split) }
        _ = try CaptionSource.karpathy(path: file.path).read().corpus.vocabulary(
          minimumFrequency: 0)
      })
  }()

  static let wordMap: FuzzTarget = {
    let file = ScratchFile()
    return FuzzTarget(
      name: "word-map", maximumLength: 2_048,
      tokens: Self.json + ["<pad>", "<unk>", "<start>", "<end>", "-9223372036854775808"],
      seeds: {
        try Fixtures.files("Datasets/tiny", endingIn: "word_freq.json").filter { $0[0] == 0x7B }
      },
      parse: { bytes in
        file.fill(bytes)
        let vocabulary = try PreparedDataset.readWordMap(file.path)
        for (id, word) in vocabulary.words.enumerated() {
          precondition(vocabulary.id(of: word) == id)
        }
      })
  }()

  /// The captions and their lengths of prepared data, divided by the first byte 0.
  static let preparedCaptions: FuzzTarget = {
    let folder = PreparedFolder()
    return FuzzTarget(
      name: "prepared-captions", maximumLength: 2_048,
      tokens: Self.json + ["-9223372036854775808", "9223372036854775807"],
      seeds: {
        [Array("[[3, 1, 4, 0], [3, 1, 1, 4]]\0[3, 4]".utf8), Array("[]\0[]".utf8)]
      },
      parse: { bytes in
        folder.captions.fill(first(bytes))
        folder.lengths.fill(second(bytes))
        let captions = try EncodedCaptions(folder.files, .train, folder.vocabulary)
        precondition(captions.ends.allSatisfy { $0 <= captions.tokens.count })
      })
  }()

  /// One's own captions, CSV or JSON Lines, and a list of images divided by the first byte 0.
  static let captionTable: FuzzTarget = {
    let (table, list, none) = (ScratchFile(), ScratchFile(), ScratchFile())
    return FuzzTarget(
      name: "caption-table", maximumLength: 2_048,
      tokens: Self.json + ["image", "caption", "image,caption\n", "\r\n", "\"\"", "\u{FEFF}"],
      seeds: {
        [
          "image,caption\na.jpg,\"A dog, \"\"running\"\".\"\r\nb.jpg,Two cats\n\0a.jpg\r\n",
          "{\"image\":\"a.jpg\",\"caption\":\"A dog\"}\n{\"image\":\"b\",\"caption\":\"é’s\"}\0b\n",
        ].map { Array($0.utf8) }
      },
      parse: { bytes in
        table.fill(first(bytes))
        list.fill(second(bytes))
        let lists = CaptionSource.OwnSplit.lists(train: list.path, val: none.path, test: none.path)
        _ = try CaptionSource.table(path: table.path, split: lists).read()
      })
  }()

  /// What stands before the first byte 0.
  @_lifetime(copy bytes)
  private static func first(_ bytes: RawSpan) -> RawSpan { bytes.extracting(0..<middle(bytes)) }

  /// What stands after the first byte 0.
  @_lifetime(copy bytes)
  private static func second(_ bytes: RawSpan) -> RawSpan {
    bytes.extracting(min(middle(bytes) + 1, bytes.byteCount)..<bytes.byteCount)
  }

  private static func middle(_ bytes: RawSpan) -> Int {
    (0..<bytes.byteCount).first { bytes.byte($0) == 0 } ?? bytes.byteCount
  }

  /// What JSON is made of.
  private static let json = [
    "{\"", "\":", ",\"", "[[", "]]", "null", "true", "false", "\\u", "\\ud800", "\\\\", "1e9",
  ]
}

/// A folder of prepared data whose files are links to scratch files.
struct PreparedFolder: Sendable {
  let images = ScratchFile()
  let captions = ScratchFile()
  let lengths = ScratchFile()
  let vocabulary: Vocabulary
  let files: PreparedFiles

  init() {
    let folder = FileManager.default.temporaryDirectory.appending(path: "fuzz-\(UUID().uuidString)")
    files = PreparedFiles(folder: folder.path, base: "x")
    do {
      vocabulary = try Vocabulary(words: ["<pad>", "a", "<unk>", "<start>", "<end>"])
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for (path, file) in [
        (files.images(.train), images), (files.captions(.train), captions),
        (files.lengths(.train), lengths),
      ] {
        try FileManager.default.createSymbolicLink(
          atPath: path, withDestinationPath: file.path)
      }
    } catch {
      preconditionFailure("no folder for prepared data: \(error)")
    }
  }
}
