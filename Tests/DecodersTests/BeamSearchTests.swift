import Compute
import Decoders
import Testing

@Suite("Beam search")
struct BeamSearchTests {
  @Test(
    "ending an image's search once it is decided leaves its caption as it is",
    arguments: [1, 3, 5], [0, 0.7])
  private func decided(width: Int, lengthNormalization: Double) {
    var search = BeamSearch(
      width: width, maximumLength: 12, excludedWords: [0], start: 1, end: 2)
    search.lengthNormalization = lengthNormalization
    search.blockedNGram = 2
    var patient = search
    patient.endsWhenDecided = false
    let (images, vocabulary) = (40, 30)
    let (early, late) = (
      search.captions(images: images, ChanceSession(images: images, vocabulary: vocabulary)),
      patient.captions(images: images, ChanceSession(images: images, vocabulary: vocabulary))
    )
    for (early, late) in zip(early, late) {
      #expect(early.best.words == late.best.words)
      #expect(early.best.logProbability == late.best.logProbability)
      #expect(early.best.finished == late.best.finished)
      #expect(late.beams.count == width)
    }
  }
}

/// A decoder whose logits are drawn by chance, the same for the same words before.
private final class ChanceSession: DecodingSession {
  let cells = 0
  let sentinel: Matrix<Float>? = nil
  private let vocabulary: Int
  /// What each row has read so far, mixed into one number.
  private var rows: [UInt64]

  init(images: Int, vocabulary: Int) {
    self.vocabulary = vocabulary
    rows = (0..<images).map { UInt64($0) }
  }

  var attention: Matrix<Float> { Matrix(rows.count, 0) }

  func select(parents: [Int]) { rows = parents.map { rows[$0] } }

  func step(words: [Int]) -> Matrix<Float> {
    let logits = Matrix<Float>(rows.count, vocabulary)
    for (row, word) in words.enumerated() {
      rows[row] = (rows[row] &+ UInt64(word) &+ 1) &* 0x9E37_79B9_7F4A_7C15
      var state = rows[row]
      for column in 0..<vocabulary {
        state = (state ^ state >> 29) &* 0xBF58_476D_1CE4_E5B9 &+ 1
        logits[row, column] = Float(state >> 40) / Float(1 << 24) * 6
      }
      logits[row, 2] += 1.5
    }
    return logits
  }
}
