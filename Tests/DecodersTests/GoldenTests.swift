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

  @Test(
    "in bfloat16 logits and attention stay close",
    .enabled(if: DecoderPrecision.bf16.effective == .bf16, "needs AVX512_BF16"),
    arguments: Golden.value.cases)
  func halves(golden: Golden.Case) {
    let features = Golden.value.features(golden)
    let session = Golden.value.decoder(golden, precision: .bf16).open(features, rows: 3)
    let exact = Golden.value.decoder(golden).open(features, rows: 3)
    var (largest, difference, moved) = (Float(0), Float(0), Float(0))
    for word in golden.fed {
      let logits = session.step(words: [word, word, word]).elements
      let expected = exact.step(words: [word, word, word]).elements
      largest = max(largest, expected.map(abs).max()!)
      difference = max(difference, zip(logits, expected).map { abs($0 - $1) }.max()!)
      moved = max(
        moved,
        zip(session.attention.elements, exact.attention.elements).map { abs($0 - $1) }.max() ?? 0)
    }
    #expect(difference > 0, "the numbers are rounded")
    #expect(difference < 0.03 * largest)
    #expect(moved < 0.03)
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
