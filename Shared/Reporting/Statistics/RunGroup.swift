/// Runs of one configuration that differ in their seeds alone.
struct RunGroup: Sendable {
  var name: String
  var runs: [Run]

  /// The run that stands for the group where one is shown: the first that was named.
  var representative: Run { runs[0] }

  /// Mean and spread of a score of the headline beam.
  func spread(_ score: (TestScores.Beam) -> Double?) -> Spread? {
    Spread(runs.compactMap { $0.scores?.headline.flatMap(score) })
  }

  /// Groups runs whose configurations agree, in the order of their first runs. Runs without a
  /// configuration stand alone.
  static func groups(_ runs: [Run]) -> [RunGroup] {
    var groups: [RunGroup] = []
    for run in runs {
      let same = groups.firstIndex { group in
        guard let known = group.representative.configuration, let own = run.configuration else {
          return false
        }
        return known.parametersByName == own.parametersByName
      }
      if let same {
        groups[same].runs.append(run)
      } else {
        groups.append(RunGroup(name: run.name, runs: [run]))
      }
    }
    for index in groups.indices where groups[index].runs.count > 1 {
      groups[index].name = commonName(groups[index].runs.map(\.name))
    }
    return groups
  }

  /// What names have in common, without the word “seed”.
  static func commonName(_ names: [String]) -> String {
    let first = names[0]
    var length = first.count
    for name in names.dropFirst() {
      length = min(length, zip(first, name).prefix { $0 == $1 }.count)
    }
    var common = first.prefix(length)
    for word in ["seed", "Seed", "s"] where common.hasSuffix(word) {
      common = common.dropLast(word.count)
      break
    }
    while let last = common.last, !last.isLetter, !last.isNumber { common.removeLast() }
    return common.isEmpty ? first : String(common)
  }
}
