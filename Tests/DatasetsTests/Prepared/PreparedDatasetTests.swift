import Foundation
import Tensor
import Testing
import Vocabulary

@testable import Datasets

@Suite("Prepared data are read, and refused where they do not belong together")
struct PreparedDatasetTests {
  private let folder: TemporaryFolder
  private let files: PreparedFiles

  init() throws {
    folder = try TemporaryFolder()
    files = try DataPreparation(DataPreparationTests.options(folder.path)).run().files
  }

  private func expectError(_ code: DatasetError.Code, _ words: String...) {
    #expect { try PreparedDataset(folder: folder.path) } throws: { error in
      (error as? DatasetError)?.code == code && words.allSatisfy { "\(error)".contains($0) }
    }
  }

  @Test("images, captions and vocabulary")
  func content() throws {
    let data = try PreparedDataset(folder: folder.path)
    #expect(data.captionsPerImage == 5)
    #expect(data.maximumLength == 12)
    #expect(data.available.map(\.count) == [7, 3, 3])
    let words = try JSONDecoder().decode([String: Int].self, from: Fixtures.data(files.wordMap))
    for (word, id) in words where word != "café" && word != "cafe\u{301}" {
      #expect(data.vocabulary.id(of: word) == id)
    }
    #expect(data.vocabulary.id(of: "café") != data.vocabulary.id(of: "cafe\u{301}"))

    let train = try data.split(.train)
    let rows = try JSONDecoder().decode([[Int]].self, from: Fixtures.data(files.captions(.train)))
    let read = (0..<train.count).flatMap { train.captions(ofImage: $0) }
    #expect(read.count == rows.count)
    for (caption, row) in zip(read, rows) {
      #expect(
        [data.vocabulary.start] + caption + [data.vocabulary.end]
          == row.filter { $0 != data.vocabulary.padding })
    }
    #expect(train.name(ofImage: 3) == "train:3")
    let golden = try Fixtures.json("prepared.json", as: DataPreparationTests.Prepared.self)
    let hashes = try #require(golden.files["TEST_IMAGES_\(files.base).hdf5"]?.sha256)
    for (index, hash) in hashes.enumerated() {
      #expect(try DataPreparationTests.hash(data.split(.test).image(index).bytes) == hash)
    }
    #expect(throws: DatasetError.self) { try train.image(7) }
  }

  @Test("images can be read on many threads")
  func threads() async throws {
    let split = try PreparedDataset(folder: folder.path).split(.train)
    let first = try split.image(2).array(of: UInt8.self)
    let same = try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask { try split.image(2).array(of: UInt8.self) == first }
      }
      return try await group.reduce(true) { $0 && $1 }
    }
    #expect(same)
  }

  @Test("an HDF5 file that is cut short")
  func cutShort() throws {
    let whole = try Fixtures.data(files.images(.train))
    for length in [0, 100, 2048, whole.count / 2, whole.count - 1] {
      try whole.prefix(length).write(to: URL(filePath: files.images(.train)))
      expectError(.unreadable, files.images(.train), "cut short")
    }
  }

  @Test("a word map of other data")
  func otherWordMap() throws {
    try Data(#"{"a": 1, "<unk>": 2, "<start>": 3, "<end>": 4, "<pad>": 0}"#.utf8)
      .write(to: URL(filePath: files.wordMap))
    expectError(.malformed, "CAPTIONS", "word map", files.wordMap)
    try Data(#"{"a": 1, "<unk>": 2, "<start>": 3, "<end>": 9, "<pad>": 0}"#.utf8)
      .write(to: URL(filePath: files.wordMap))
    expectError(.malformed, files.wordMap, "the id 9")
    try Data("[]".utf8).write(to: URL(filePath: files.wordMap))
    expectError(.malformed, files.wordMap)
  }

  @Test("a word map of as many words in another order")
  func shuffledWordMap() throws {
    let text = String(decoding: try Fixtures.data(files.wordMap), as: UTF8.self)
      .replacing(#""the": 1,"#, with: #""the": 23,"#)
      .replacing(#""<start>": 23"#, with: #""<start>": 1"#)
    try Data(text.utf8).write(to: URL(filePath: files.wordMap))
    expectError(.malformed, "<start>", files.wordMap)
  }

  @Test("images without captions, captions without images, lengths of others")
  func counts() throws {
    let lengths = try JSONDecoder().decode([Int].self, from: Fixtures.data(files.lengths(.val)))
    let rows = try JSONDecoder().decode([[Int]].self, from: Fixtures.data(files.captions(.val)))
    func write(_ count: Int, _ lengthCount: Int) throws {
      let some = (0..<count).map { rows[$0 % rows.count] }
      try JSONEncoder().encode(some).write(to: URL(filePath: files.captions(.val)))
      let numbers = (0..<lengthCount).map { lengths[$0 % rows.count] }
      try JSONEncoder().encode(numbers).write(to: URL(filePath: files.lengths(.val)))
    }
    try write(10, 10)
    expectError(.mismatch, "image 2", "lack captions", files.captions(.val))
    try write(20, 20)
    expectError(.mismatch, "too many captions")
    try write(15, 14)
    expectError(.malformed, "14 lengths")
    try write(14, 15)
    expectError(.mismatch, "15 lengths")
  }

  @Test("a caption that is longer than there is room for")
  func longCaption() throws {
    let lengths = try JSONDecoder().decode([Int].self, from: Fixtures.data(files.lengths(.test)))
    try JSONEncoder().encode([40] + lengths.dropFirst())
      .write(to: URL(filePath: files.lengths(.test)))
    expectError(.malformed, "38 words", "room for 12")
  }

  @Test("a length that no caption has", arguments: [Int.min, -1, 1, Int.max])
  func impossibleLength(length: Int) throws {
    let lengths = try JSONDecoder().decode([Int].self, from: Fixtures.data(files.lengths(.test)))
    try JSONEncoder().encode([length] + lengths.dropFirst())
      .write(to: URL(filePath: files.lengths(.test)))
    expectError(.malformed, "CAPLENS")
  }

  @Test("a split may be missing as a whole, not in part")
  func missing() throws {
    try FileManager.default.removeItem(atPath: files.captions(.test))
    expectError(.missing, files.captions(.test))
    try FileManager.default.removeItem(atPath: files.lengths(.test))
    try FileManager.default.removeItem(atPath: files.images(.test))
    let data = try PreparedDataset(folder: folder.path)
    #expect { try data.split(.test) } throws: { "\($0)".contains("no images of TEST") }
  }

  @Test("a folder without data, or with several")
  func folders() throws {
    try Data().write(to: URL(filePath: folder.path + "/WORDMAP_other.json"))
    expectError(.mismatch, "other", files.base)
    #expect(try PreparedDataset(folder: folder.path, base: files.base).available.count == 3)
    let empty = try TemporaryFolder()
    #expect { try PreparedDataset(folder: empty.path) } throws: {
      "\($0)".contains("captionmesh prepare")
    }
  }

  @Test("no bytes of the JSON files crash the reader")
  func noise() throws {
    var generator = MersenneTwister(seed: 9)
    for path in [files.wordMap, files.captions(.test), files.lengths(.test)] {
      let whole = [UInt8](try Fixtures.data(path))
      for round in 0..<60 {
        var bytes = whole
        for _ in 0...round % 3 { bytes[generator.below(bytes.count)] = UInt8(generator.below(256)) }
        if round % 3 == 0 { bytes.removeLast(generator.below(bytes.count)) }
        try Data(bytes).write(to: URL(filePath: path))
        _ = try? PreparedDataset(folder: folder.path)
      }
      try Data(whole).write(to: URL(filePath: path))
    }
  }
}
