internal import Drawing

extension Report {
  var scores: [Block] {
    let scored = runs.filter { $0.scores?.headline != nil }
    guard !scored.isEmpty else { return [] }
    var blocks: [Block] = [.heading(2, "Test scores"), .table(everyRun(scored))]
    if showsPublished {
      blocks.append(
        .note(
          "In italics: scores that others published for their own programs on Flickr8k’s test "
            + "split, of BLEU-4 alone; none was measured here."))
    }
    let seeded = groups.filter { ($0.spread { $0.bleu[3] }?.count ?? 0) > 1 }
    if !seeded.isEmpty { blocks.append(.table(seeds(seeded))) }
    blocks.append(.table(beams(scored)))
    return blocks
  }

  private func everyRun(_ scored: [Run]) -> Table {
    typealias Score = (title: String, digits: Int, value: (TestScores.Beam) -> Double?)
    let columns: [Score] = [
      ("BLEU-1", 4, { $0.bleu[0] }), ("BLEU-2", 4, { $0.bleu[1] }), ("BLEU-3", 4, { $0.bleu[2] }),
      ("BLEU-4", 4, { $0.bleu[3] }), ("BLEU-4, NLTK", 4, { $0.bleuNLTK?[3] }),
      ("ROUGE-L", 4, { $0.rougeL }), ("CIDEr-D", 4, { $0.cider }),
    ]
    let best = columns.map { column in
      scored.compactMap { column.value($0.scores!.headline!) }.max()
    }
    var rows = scored.map { run in
      let beam = run.scores!.headline!
      var cells = [Table.Cell(label(run)), Table.Cell("\(beam.beam)")]
      for (column, best) in zip(columns, best) {
        let value = column.value(beam)
        cells.append(
          Table.Cell(
            optional(value, column.digits),
            isBest: scored.count > 1 && value != nil && value == best))
      }
      return Table.Row(
        cells: cells + [
          Table.Cell(optional(beam.meanLength, 2)),
          Table.Cell(beam.unfinished.map(String.init) ?? "–"),
        ])
    }
    if showsPublished {
      rows += PublishedScore.flickr8k.map { published in
        Table.Row(
          cells: [Table.Cell(published.model)]
            + (0..<10).map { $0 == 4 ? Table.Cell(published.bleu4.fixed(3)) : "" },
          isQuiet: true)
      }
    }
    return Table(
      "Every run on \(scored[0].scores!.split), free-running; the best of each column in bold",
      ["model", "beam"] + columns.map(\.title) + ["mean words", "unfinished"], rows)
  }

  /// The run's name, what an ensemble is made of, and how it was searched if not as usual.
  func label(_ run: Run) -> String {
    let together = run.scores?.memberNames.map { ["\($0.joined(separator: ", ")) together"] } ?? []
    let details = together + (run.scores?.searchOptions ?? [])
    return details.isEmpty ? run.name : "\(run.name) (\(details.joined(separator: "; ")))"
  }

  private func seeds(_ groups: [RunGroup]) -> Table {
    func text(_ spread: Spread?) -> Table.Cell {
      guard let spread else { return "–" }
      return Table.Cell(
        spread.mean.fixed(4) + (spread.deviation.map { " ± \($0.fixed(4))" } ?? ""))
    }
    return Table(
      "Seeds of one configuration: mean ± standard deviation of the sample",
      ["configuration", "seeds", "BLEU-1", "BLEU-4", "ROUGE-L", "CIDEr-D"],
      groups.map { group in
        Table.Row(cells: [
          Table.Cell(group.name), Table.Cell("\(group.spread { $0.bleu[3] }?.count ?? 0)"),
          text(group.spread { $0.bleu[0] }), text(group.spread { $0.bleu[3] }),
          text(group.spread { $0.rougeL }), text(group.spread { $0.cider }),
        ])
      })
  }

  private func beams(_ scored: [Run]) -> Table {
    let widths = Set(scored.flatMap { $0.scores!.beams.map(\.beam) }).sorted()
    return Table(
      "What wider beams give",
      ["model"] + widths.map { "BLEU-4, beam \($0)" } + widths.map { "CIDEr-D, beam \($0)" },
      scored.map { run in
        let beams = widths.map { run.scores!.beam($0) }
        return Table.Row(
          cells: [Table.Cell(run.name)] + beams.map { Table.Cell(optional($0?.bleu[3], 4)) }
            + beams.map { Table.Cell(optional($0?.cider, 4)) })
      })
  }
}
