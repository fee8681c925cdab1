internal import Drawing

extension Report {
  var cost: [Block] {
    let tables = [training, captioning].compactMap { $0 }
    guard !tables.isEmpty else { return [] }
    return [.heading(2, "What it costs")] + tables.map { .table($0) }
  }

  private var training: Table? {
    let rows = runs.compactMap { run -> Table.Row? in
      guard let log = run.log, !log.epochs.isEmpty else { return nil }
      let seconds = log.epochs.compactMap { $0[.seconds] }
      let memory = log.epochs.compactMap { $0[.peakMemory] }.max()
      func speed(_ phase: RunLog.Phase) -> String {
        let speeds = log.epochs.filter { $0.phase == phase }.compactMap { $0[.tokensPerSecond] }
        return optional(median(speeds), 0)
      }
      return Table.Row(cells: [
        Table.Cell(run.name), Table.Cell("\(log.epochs.count)"),
        Table.Cell(seconds.isEmpty ? "–" : (seconds.reduce(0, +) / 60).fixed(1)),
        Table.Cell(speed(.crossEntropy)), Table.Cell(speed(.selfCritical)),
        Table.Cell(optional(memory, 0)),
        Table.Cell(run.configuration?.parameters?.fixed(0) ?? "–"),
      ])
    }
    guard !rows.isEmpty else { return nil }
    return Table(
      "Training; tokens a second are the median of the epochs",
      [
        "run", "epochs", "minutes", "tokens/s", "tokens/s, self-critical", "peak memory, MB",
        "parameters",
      ], rows)
  }

  private var captioning: Table? {
    let timed = runs.filter { $0.scores?.beams.contains { $0.seconds != nil } == true }
    guard !timed.isEmpty else { return nil }
    let widths = Set(
      timed.flatMap { $0.scores!.beams.filter { $0.seconds != nil }.map(\.beam) }
    ).sorted()
    return Table(
      "Captioning a split: seconds in all, and milliseconds an image; encoding comes once before",
      ["run", "images", "encoding, s"] + widths.map { "beam \($0), s" }
        + widths.map { "beam \($0), ms" },
      timed.map { run in
        let scores = run.scores!
        let seconds = widths.map { scores.beam($0)?.seconds }
        return Table.Row(
          cells: [
            Table.Cell(run.name), Table.Cell("\(scores.images)"),
            Table.Cell(optional(scores.encodingSeconds, 1)),
          ]
            + seconds.map { Table.Cell(optional($0, 1)) }
            + seconds.map {
              Table.Cell(optional($0.map { $0 * 1000 / Double(scores.images) }, 2))
            })
      })
  }

  private func median(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
