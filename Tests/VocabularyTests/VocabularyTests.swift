import Testing
import Vocabulary

@Suite("Vocabulary")
struct VocabularyTests {
  @Test("words that stand more often than the minimum get ids in order of first appearance")
  func building() {
    let vocabulary = Vocabulary(
      captions: [["a", "dog", "runs"], ["a", "cat"], ["dog", "a"]], minimumFrequency: 1)
    #expect(vocabulary.words == ["<pad>", "a", "dog", "<unk>", "<start>", "<end>"])
    #expect(vocabulary.id(of: "dog") == 2)
    #expect(vocabulary.id(of: "cat") == vocabulary.unknown)
    #expect(vocabulary.words(of: [1, 2]) == ["a", "dog"])
  }

  @Test("a special word in a caption does not get a second id")
  func specialWordsInCaptions() {
    let vocabulary = Vocabulary(
      captions: [["<end>", "a"], ["<end>", "a"]], minimumFrequency: 1)
    #expect(vocabulary.words == ["<pad>", "a", "<unk>", "<start>", "<end>"])
  }

  @Test("a list with a word twice or without a special word is refused")
  func refusing() {
    #expect { try Vocabulary(words: ["<pad>", "a", "a", "<unk>", "<start>", "<end>"]) } throws: {
      ($0 as? VocabularyError)?.code == .duplicate
    }
    #expect { try Vocabulary(words: ["<pad>", "a", "<unk>", "<start>"]) } throws: {
      ($0 as? VocabularyError)?.code == .incomplete
    }
  }

  @Test("a word map may list its words in any order")
  func wordMap() throws {
    let words = [("<end>", 4), ("<pad>", 0), ("dog", 1), ("<start>", 3), ("<unk>", 2)]
    let vocabulary = try Vocabulary(wordMap: words.map { (word: $0.0, id: $0.1) })
    #expect(vocabulary.words == ["<pad>", "dog", "<unk>", "<start>", "<end>"])
  }

  @Test(
    "a word map with gaps, ids twice or another <pad> is refused",
    arguments: [
      [("<end>", 5), ("<pad>", 0), ("dog", 1), ("<start>", 3), ("<unk>", 2)],
      [("<end>", 1), ("<pad>", 0), ("dog", 1), ("<start>", 3), ("<unk>", 2)],
      [("<end>", 4), ("<pad>", 1), ("dog", 0), ("<start>", 3), ("<unk>", 2)],
      [("<end>", -1)], [],
    ])
  func badWordMap(words: [(String, Int)]) {
    #expect(throws: VocabularyError.self) {
      try Vocabulary(wordMap: words.map { (word: $0.0, id: $0.1) })
    }
  }

  @Test("words that look the same are the same only where their bytes are")
  func exactWords() throws {
    let words = ["<pad>", "caf\u{E9}", "cafe\u{301}", "<unk>", "<start>", "<end>"]
    let vocabulary = try Vocabulary(words: words)
    #expect(vocabulary.id(of: "caf\u{E9}") == 1)
    #expect(vocabulary.id(of: "cafe\u{301}") == 2)
  }
}
