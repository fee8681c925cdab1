import Glibc

/// CIDEr-D (Vedantam, Zitnick and Parikh 2015) as coco-caption ships it under the name CIDEr: the
/// cosine of tf-idf vectors of n-grams, clipped and damped by the difference in length, averaged
/// over n = 1 to 4 and over the references, times 10.
///
/// Once the document frequencies are known, sentences are scored one by one, so it also serves as
/// a reward: prepare an image's references once, then score every sampled caption against them.
public struct CiderD: Sendable {
  public let frequencies: DocumentFrequencies
  private let logOfDocumentCount: Double

  /// The σ of the length penalty, in words.
  public static let sigma = 6.0

  /// - Precondition: the frequencies come from at least one image.
  public init(frequencies: DocumentFrequencies) {
    precondition(frequencies.documentCount > 0, "frequencies of no image weigh nothing")
    self.frequencies = frequencies
    self.logOfDocumentCount = log(Double(frequencies.documentCount))
  }

  /// An image's references, weighed and ready to be scored against.
  public struct References: Sendable {
    fileprivate let vectors: [Vector]
  }

  /// Weighs an image's references.
  ///
  /// - Precondition: there is at least one reference.
  public func references(_ references: [[WordID]]) -> References {
    self.references(references.map(NGramCounts.init(reference:)))
  }

  func references(_ references: [NGramCounts]) -> References {
    precondition(!references.isEmpty, "a sentence is scored against at least one reference")
    return References(vectors: references.map(vector))
  }

  /// The score of one caption, from 0 to 10.
  public func score(_ candidate: [WordID], against references: References) -> Double {
    score(NGramCounts(candidate: candidate), against: references)
  }

  func score(_ candidate: NGramCounts, against references: References) -> Double {
    let vector = vector(candidate)
    let sum = references.vectors.reduce(0) { $0 + vector.similarity(to: $1) }
    return 10 * sum / Double(references.vectors.count)
  }

  private func vector(_ counts: NGramCounts) -> Vector {
    var weights: [Double] = []
    weights.reserveCapacity(counts.entries.count)
    var squares = SIMD4<Double>.zero
    for entry in counts.entries {
      let idf = logOfDocumentCount - log(Double(frequencies.clampedFrequency(of: entry.key)))
      let weight = Double(entry.count) * idf
      weights.append(weight)
      squares[entry.orderIndex] += weight * weight
    }
    return Vector(counts: counts, weights: weights, norms: squares.squareRoot())
  }

  /// A sentence as tf-idf weights, in the order of its n-grams, with a norm for each order.
  fileprivate struct Vector: Sendable {
    let counts: NGramCounts
    let weights: [Double]
    let norms: SIMD4<Double>

    /// The clipped cosine averaged over the four orders, damped by the difference in length.
    func similarity(to reference: Vector) -> Double {
      let entries = counts.entries
      let others = reference.counts.entries
      var products = SIMD4<Double>.zero
      var other = 0
      for index in entries.indices {
        let key = entries[index].key
        while other < others.count && others[other].key < key { other += 1 }
        if other == others.count { break }
        if others[other].key == key {
          products[entries[index].orderIndex] +=
            min(weights[index], reference.weights[other]) * reference.weights[other]
        }
      }
      let divisors = norms * reference.norms
      // Where a norm is zero, so is the product.
      let cosines = products / divisors.replacing(with: 1, where: divisors .== 0)
      return cosines.sum() / 4 * exp(-lengthGap(to: reference) / (2 * sigma * sigma))
    }

    /// The squared difference of the lengths, which coco-caption takes in bigrams.
    private func lengthGap(to reference: Vector) -> Double {
      let gap = max(0, counts.wordCount - 1) - max(0, reference.counts.wordCount - 1)
      return Double(gap) * Double(gap)
    }
  }
}
