/// ROUGE-L as coco-caption computes it (after Lin 2004): β = 1.2, and the best precision and the
/// best recall taken separately over the references.
public enum RougeL {
  /// The score of one sentence, from 0 to 1.
  ///
  /// As in coco-caption, a sentence without words counts as one word, the empty one.
  ///
  /// - Precondition: there is at least one reference.
  public static func score(candidate: [WordID], references: [[WordID]]) -> Double {
    precondition(!references.isEmpty, "a sentence is scored against at least one reference")
    let beta = 1.2
    var precision = 0.0
    var recall = 0.0
    for reference in references {
      let common =
        candidate.isEmpty && reference.isEmpty
        ? 1 : Double(commonLength(candidate, reference))
      precision = max(precision, common / Double(max(1, candidate.count)))
      recall = max(recall, common / Double(max(1, reference.count)))
    }
    guard precision > 0 && recall > 0 else { return 0 }
    return (1 + beta * beta) * precision * recall / (recall + beta * beta * precision)
  }

  /// The length of the longest common subsequence, by dynamic programming over one row.
  private static func commonLength(_ candidate: [WordID], _ reference: [WordID]) -> Int {
    /// `row[j]`: the length for the candidate so far and the reference's first j words.
    var row = [Int](repeating: 0, count: reference.count + 1)
    for word in candidate where word != .unknown {
      var diagonal = 0
      for column in 1..<row.count {
        let above = row[column]
        row[column] =
          reference[column - 1] == word ? diagonal + 1 : max(above, row[column - 1])
        diagonal = above
      }
    }
    return row[reference.count]
  }
}
