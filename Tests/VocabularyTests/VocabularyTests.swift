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
}
