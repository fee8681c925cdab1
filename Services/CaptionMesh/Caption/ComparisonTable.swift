import Reporting

/// What several models say of one photograph, for people at a terminal.
enum ComparisonTable {
  static func text(_ captions: [ModelCaption]) -> String {
    let rows =
      [("model", "log p", "caption")]
      + captions.map { ($0.model, "\($0.logProbability.rounded(2))", $0.sentence) }
    let names = rows.map(\.0.count).max() ?? 0
    let numbers = rows.map(\.1.count).max() ?? 0
    return rows.map { name, number, sentence in
      name + String(repeating: " ", count: names - name.count) + "  "
        + String(repeating: " ", count: numbers - number.count) + number + "  " + sentence
    }.joined(separator: "\n")
  }
}
