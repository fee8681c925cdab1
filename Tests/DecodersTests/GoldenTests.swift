import Compute
import Decoders
import Testing

@Suite("Decoders against PyTorch")
struct GoldenTests {
  @Test("logits and attention agree at every step to 1e-5", arguments: Golden.value.cases)
  func steps(golden: Golden.Case) {
    let session = Golden.value.decoder(golden).open(Golden.value.features(golden), rows: 3)
    for (step, word) in golden.fed.enumerated() {
      let logits = session.step(words: [word, word, word])
      for (image, expected) in golden.images.enumerated() {
        for (column, value) in expected.logits[step].enumerated() {
          #expect(abs(logits[image, column] - value) < 1e-5)
        }
        for (cell, value) in expected.attention[step].enumerated() {
          #expect(abs(session.attention[image, cell] - value) < 1e-5)
        }
        if golden.architecture == "adaptive" {
          #expect(abs(session.sentinel![image, 0] - expected.sentinel[step]) < 1e-5)
        }
      }
    }
  }

  @Test(
    "beam search over a batch finds what a plain one finds image by image",
    arguments: Golden.value.cases, [1, 3, 5])
  func beams(golden: Golden.Case, width: Int) {
    let set = Golden.value
    let search = BeamSearch(
      width: width, maximumLength: set.longest, excludedWords: set.excluded, start: set.start,
      end: set.end)
    let captions = search.captions(set.features(golden), with: set.decoder(golden))
    #expect(captions.count == golden.images.count)
    for (caption, image) in zip(captions, golden.images) {
      let expected = image.beams.first { $0.width == width }!
      #expect(caption.best.words == expected.words)
      #expect(abs(caption.best.logProbability - expected.logProbability) < 1e-4)
      #expect(caption.best.finished == expected.finished)
      let attending = golden.architecture != "tell"
      let sentinel = caption.best.sentinel
      #expect(sentinel.count == (golden.architecture == "adaptive" ? caption.best.words.count : 0))
      #expect(caption.best.attention.count == caption.best.words.count)
      for (word, attention) in caption.best.attention.enumerated() {
        let beta = sentinel.isEmpty ? 0 : sentinel[word]
        #expect(attending ? abs(attention.reduce(beta, +) - 1) < 1e-5 : attention.isEmpty)
      }
    }
  }

  @Test("a caption does not depend on the other images of its batch", arguments: Golden.value.cases)
  func batchInvariance(golden: Golden.Case) {
    let set = Golden.value
    let search = BeamSearch(
      width: 3, maximumLength: set.longest, excludedWords: set.excluded, start: set.start,
      end: set.end)
    let features = set.features(golden)
    let together = search.captions(features, with: set.decoder(golden))
    for (index, caption) in together.enumerated() {
      let one = FeatureBatch(
        images: 1, cells: set.cells, values: features[index])
      let alone = search.captions(one, with: set.decoder(golden))[0]
      #expect(alone.best.words == caption.best.words)
      #expect(abs(alone.best.logProbability - caption.best.logProbability) < 1e-5)
    }
  }
}
