internal import Drawing

extension Report {
  var comparisons: [Block] {
    let pairs = compared
    guard !pairs.isEmpty else { return [] }
    return [
      .heading(2, "Where one model beats the other"),
      .note(
        "Image by image, by CIDEr-D of single captions. A difference counts as one where the 95 % "
          + "interval of its mean leaves out zero and at least 30 images were seen."),
    ] + pairs.flatMap(blocks)
  }

  /// Every two configurations up to three, and beyond that each with the strongest.
  private var compared: [Comparison] {
    let shown = groups.filter { $0.representative.captions != nil }
    var pairs: [(RunGroup, RunGroup)] = []
    if shown.count <= 3 {
      for (index, first) in shown.enumerated() {
        pairs += shown.dropFirst(index + 1).map { (first, $0) }
      }
    } else {
      func strength(_ group: RunGroup) -> Double {
        Spread(group.representative.captions!.map(\.cider))?.mean ?? 0
      }
      let strongest = shown.indices.max { strength(shown[$0]) < strength(shown[$1]) }!
      pairs = shown.indices.filter { $0 != strongest }.map { (shown[strongest], shown[$0]) }
    }
    return pairs.compactMap { first, second in
      Comparison(
        first.representative, named: first.name, second.representative, named: second.name)
    }
  }

  private func blocks(_ comparison: Comparison) -> [Block] {
    let (first, second) = (comparison.firstName, comparison.secondName)
    var rows = [row(comparison.all, "")]
    for question in comparison.questions {
      rows += question.buckets.map { row($0, question.title + ": ") }
    }
    var blocks: [Block] = [
      .heading(3, "\(first) and \(second)"),
      .paragraph(verdict(comparison)),
      .list(extremes(comparison)),
      .table(
        Table(
          "Mean CIDEr-D by kind of image; the difference with its 95 % interval",
          ["images", "count", first, second, "difference", "\(first) ahead", "\(second) ahead"],
          rows)),
    ]
    let examples =
      comparison.furthest(3, ahead: 1).map { ($0, first) }
      + comparison.furthest(3, ahead: -1).map { ($0, second) }
    if !examples.isEmpty {
      blocks.append(
        .table(
          Table(
            "Where each is furthest ahead",
            ["image", "ahead", first, second, "CIDEr-D"],
            examples.map { pair, winner in
              Table.Row(cells: [
                Table.Cell(pair.image), Table.Cell(winner),
                Table.Cell(pair.first.caption, isBest: winner == first),
                Table.Cell(pair.second.caption, isBest: winner == second),
                Table.Cell("\(pair.first.cider.fixed(2)), \(pair.second.cider.fixed(2))"),
              ])
            }, isText: true)))
    }
    return blocks
  }

  private func row(_ bucket: Comparison.Bucket, _ prefix: String) -> Table.Row {
    let difference = bucket.difference
    let margin = difference.margin.map { " ± \($0.fixed(3))" } ?? ""
    let sign = difference.mean > 0 ? "+" : ""
    func share(_ sign: Double) -> String {
      let ahead = bucket.pairs.count { $0.difference * sign > 0 }
      return (Double(ahead) / Double(bucket.pairs.count) * 100).fixed(0) + " %"
    }
    return Table.Row(cells: [
      Table.Cell(prefix + bucket.name), Table.Cell("\(bucket.pairs.count)"),
      Table.Cell(bucket.first.mean.fixed(3), isBest: bucket.verdict > 0),
      Table.Cell(bucket.second.mean.fixed(3), isBest: bucket.verdict < 0),
      Table.Cell("\(sign)\(difference.mean.fixed(3))\(margin)"),
      Table.Cell(share(1)), Table.Cell(share(-1)),
    ])
  }

  /// What the table says of all images.
  private func verdict(_ comparison: Comparison) -> String {
    let names = [1: comparison.firstName, -1: comparison.secondName]
    let whole = comparison.all
    return names[whole.verdict].map {
      "\($0) is better over all \(whole.pairs.count) images, by "
        + "\(whole.difference.mean.magnitude.fixed(3)) CIDEr-D in the mean."
    }
      ?? "Over all \(whole.pairs.count) images neither is certainly better."
  }

  /// Between which kinds of image the difference goes furthest apart, a line a question.
  private func extremes(_ comparison: Comparison) -> [String] {
    comparison.questions.compactMap { question in
      let seen = question.buckets.filter { $0.pairs.count >= 30 }
        .sorted { $0.difference.mean < $1.difference.mean }
      guard let low = seen.first, let high = seen.last, seen.count > 1 else { return nil }
      return "\(question.title): \(told(high, comparison)) (\(high.name)), "
        + "\(told(low, comparison)) (\(low.name))"
    }
  }

  private func told(_ bucket: Comparison.Bucket, _ comparison: Comparison) -> String {
    let mean = bucket.difference.mean
    let ahead = mean < 0 ? comparison.secondName : comparison.firstName
    return "\(ahead) is ahead by \(mean.magnitude.fixed(3))"
      + (bucket.verdict == 0 ? ", which may be chance" : "")
  }
}

extension String {
  fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
