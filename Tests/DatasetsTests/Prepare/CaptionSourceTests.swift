import Foundation
import Testing

@testable import Datasets

@Suite("One's own captions")
struct CaptionSourceTests {
  private static let quoted = [
    #"number,image,caption"#, #"1,a.jpg,"A dog, running.""#, #"2,"b ""two"".jpg","He said"#,
    "\"\"stop\"\"\"", "", "3,a.jpg,A man's T-shirt",
  ].joined(separator: "\r\n")

  private func read(_ text: String, _ split: CaptionSource.OwnSplit) throws
    -> CaptionSource.Contents
  {
    let folder = try TemporaryFolder()
    return try CaptionSource.table(path: folder.file("captions", text), split: split).read()
  }

  private func captions(_ corpus: CaptionCorpus) -> [[String]] {
    corpus.images.map { image in
      image.captions.map { corpus.caption($0).map { corpus.words[Int($0)] }.joined(separator: " ") }
    }
  }

  private static let all = CaptionSource.OwnSplit.fractions(val: 0, test: 0, seed: 1)

  @Test("CSV with commas, quotes and line breaks in fields; an image's lines may be apart")
  func csv() throws {
    for mark in ["", "\u{FEFF}"] {
      let corpus = try read(mark + Self.quoted, Self.all).corpus
      #expect(corpus.images.map(\.path) == ["a.jpg", "b \"two\".jpg"])
      #expect(captions(corpus) == [["a dog running", "a mans t shirt"], ["he said stop"]])
    }
  }

  @Test("JSON Lines with the same keys")
  func jsonLines() throws {
    let corpus = try read(
      """
      {"image": "a.jpg", "caption": "Un caf\\u00e9 noir", "x": [1, {"y": null}]}

      {"caption": "\\ud83d\\ude00 cafe\\u0301!", "image": "a.jpg"}
      """, Self.all
    ).corpus
    #expect(
      captions(corpus).map { $0.map { Array($0.utf8) } } == [
        ["un café noir", "cafe\u{301}"].map { Array($0.utf8) }
      ])
  }

  @Test("captions without a word are counted, not kept")
  func wordless() throws {
    let contents = try read("image,caption\na.jpg,...\na.jpg,dog\n", Self.all)
    #expect(contents.wordlessCaptions == 1)
    #expect(captions(contents.corpus) == [["dog"]])
  }

  @Test("shares are drawn as Python's random.Random(seed).shuffle orders them")
  func fractions() throws {
    let text = "image,caption\n" + (0..<30).map { "\($0).jpg,dog\n" }.joined()
    let corpus = try read(text, .fractions(val: 0.1, test: 0.2, seed: 123)).corpus
    var order = Array(0..<30)
    var generator = MersenneTwister(seed: 123)
    generator.shuffle(&order)
    for (place, image) in order.enumerated() {
      let expected: DatasetSplit = place < 6 ? .test : place < 9 ? .val : .train
      #expect(corpus.images[image].split == expected)
    }
    #expect { try read(text, .fractions(val: 0.5, test: 0.5, seed: 1)) } throws: {
      "\($0)".contains("none to train on")
    }
  }

  @Test("lists divide the images; what no list names is left out")
  func lists() throws {
    let folder = try TemporaryFolder()
    func split(_ train: String, _ val: String, _ test: String) throws -> CaptionSource.OwnSplit {
      .lists(
        train: try folder.file("train", train), val: try folder.file("val", val),
        test: try folder.file("test", test))
    }
    let text = "image,caption\na,one\nb,two\nc,three\nd,four\n"
    let contents = try read(text, try split("c\r\na\r\n", "b", ""))
    #expect(contents.corpus.images.map(\.path) == ["a", "b", "c"])
    #expect(contents.corpus.images.map(\.split) == [.train, .val, .train])
    #expect(contents.unlistedImages == 1)
    #expect { try read(text, try split("a\nx", "b", "c")) } throws: {
      "\($0)".contains("lists x") && "\($0)".contains("no caption")
    }
    #expect { try read(text, try split("a", "a", "c")) } throws: {
      "\($0)".contains("another list")
    }
  }

  @Test(
    "what is wrong is named with its line",
    arguments: [
      ("", "columns image and caption"), ("image,text\na,b\n", "columns image and caption"),
      ("image,caption\na,b,c\n", "line 2"), ("image,caption\na,b\nc\n", "line 3"),
      ("image,caption\na,\"b\n", "not closed"), ("image,caption\na,b\"c\n", "line 2"),
      ("image,caption\na,\"b\"c\n", "line 2"), ("image,caption\n,b\n", "no image"),
      ("image,caption\n", "no captions"), ("{\"image\": \"a\"}", "without “caption”"),
      ("{\"caption\": \"a\"}", "without “image”"), ("{\"image\": 3}", ".image"), ("{", "JSON"),
      ("{\"image\": \"a\", \"caption\": \"\\ud8\"}", ".caption"),
    ])
  func malformed(text: String, words: String) {
    #expect { try read(text, Self.all) } throws: {
      ($0 as? DatasetError)?.code == .malformed && "\($0)".contains(words)
    }
  }

  @Test(
    "no bytes crash the readers", arguments: [Self.quoted, #"{"image": "a", "caption": "b\n"}"#])
  func noise(text: String) throws {
    let folder = try TemporaryFolder()
    var generator = MersenneTwister(seed: 5)
    for round in 0..<300 {
      var bytes = Array(text.utf8)
      for _ in 0...round % 4 { bytes[generator.below(bytes.count)] = UInt8(generator.below(256)) }
      if round % 3 == 0 { bytes.removeLast(generator.below(bytes.count)) }
      let path = "\(folder.path)/noise"
      try Data(bytes).write(to: URL(filePath: path))
      _ = try? CaptionSource.table(path: path, split: Self.all).read()
      _ = try? KarpathyDataset(path: path)
    }
  }

  @Test(
    "words are those of the Flickr8k JSON, in the shared folder",
    .enabled(if: Fixtures.shared != nil))
  func sharedTokens() throws {
    let dataset = try KarpathyDataset(
      path: try #require(Fixtures.shared) + "/flickr8k/dataset_flickr8k.json")
    var different = 0
    for image in dataset.images {
      for sentence in image.sentences where CaptionWords.words(of: sentence.raw) != sentence.tokens
      {
        different += 1
      }
    }
    #expect(different == 0)
  }
}
