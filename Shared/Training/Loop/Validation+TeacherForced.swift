public import Compute
public import Decoders
import Scoring
import Vocabulary

/// What a model does when it is fed with the right words.
public struct TeacherForcedScore: Sendable, Equatable {
  /// BLEU-4 of the words that the model finds most likely after the right ones, as programs of this
  /// kind often print it: it flatters, since each word is guessed from a correct beginning.
  public var bleu4 = 0.0
  /// Cross-entropy, and how many words were among the five most likely.
  public var result = PassResult()
}

extension Validation {
  /// Guesses each word of the references from the right ones before it.
  ///
  /// - Parameters:
  ///   - configuration: the decoder's.
  ///   - parameters: the decoder's.
  ///   - captions: for each image its references, as ids from `<start>` to `<end>`.
  public func teacherForced(
    _ configuration: DecoderConfiguration, _ parameters: ParameterSet<Float>,
    _ captions: [[[Int32]]]
  ) throws -> TeacherForcedScore {
    let unused = ParameterSet<Float>([])
    let pass = CaptionPass(configuration, parameters, gradient: unused, options: .plain)
    let first = InitialStateLayer(parameters, configuration)
    let batches = try mapBatches { batch, images in
      let states = first.infer(batch.means(pooling: configuration.pooling))
      let members = images.enumerated().flatMap { place, image in
        captions[image].map { (image: place, ids: $0) }
      }
      let packed = CaptionBatch(captions: members)
      let logits = pass.logits(packed, batch, states)
      let words = packed.unpack(logits.mostLikely)
      var result = PassResult()
      result.tokens = packed.tokenCount
      (result.loss, result.top5) = logits.crossEntropy(
        targets: packed.targets, smoothing: 0, scale: 1)
      let guesses = zip(words, members).map { words, member in
        (image: images.lowerBound + member.image, words: words)
      }
      return [(guesses: guesses, result: result)]
    }
    var score = TeacherForcedScore()
    var accumulator = ScoreAccumulator()
    for batch in batches {
      score.result += batch.result
      for guess in batch.guesses {
        accumulator.add(
          candidate: vocabulary.words(of: guess.words.filter { $0 != vocabulary.end }),
          references: references[guess.image])
      }
    }
    score.bleu4 = try accumulator.report().bleu[3]
    return score
  }
}

extension Matrix {
  /// The column of each row's largest element.
  fileprivate var mostLikely: [Int] {
    (0..<rows).map { self[rows: $0..<$0 + 1].largest(1)[0].column }
  }
}

extension CaptionBatch {
  /// What stands at the packed rows of each caption, in the order in which captions were given.
  func unpack(_ packed: [Int]) -> [[Int]] {
    var result = [[Int]](repeating: [], count: captions.count)
    for rows in packedRows {
      for (caption, row) in rows.enumerated() { result[order[caption]].append(packed[row]) }
    }
    return result
  }
}
