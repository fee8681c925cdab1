internal import Drawing

extension Report {
  var curves: [Block] {
    let logged = runs.filter { $0.log?.epochs.isEmpty == false }
    guard !logged.isEmpty else { return [] }
    var blocks: [Block] = [.heading(2, "Curves")]
    if logged.count > 1 {
      blocks += [.chart(overview(logged)), .note("Seeds of one configuration have one colour.")]
    }
    for run in logged {
      blocks.append(
        .chart(
          ChartPicture(
            description: "The curves of \(run.name): loss, accuracy, scores on val, learning rate "
              + "and speed by epoch",
            name: "curves-\(run.name)", sheet: RunCurves.sheet(run.log!, title: run.name))))
    }
    return blocks
  }

  /// All runs' scores on val in two charts; a line a run, a colour a configuration.
  private func overview(_ logged: [Run]) -> ChartPicture {
    func chart(_ title: String, _ column: RunLog.Column) -> Chart {
      var series: [Chart.Series] = []
      for (color, group) in groups.enumerated() {
        for (index, run) in group.runs.enumerated() {
          guard let log = run.log else { continue }
          let points = zip(RunCurves.positions(log), log.epochs).map { x, epoch in
            epoch[column].map { Point(x, $0) }
          }
          // One entry of the legend for all seeds.
          series.append(
            Chart.Series(index == 0 ? group.name : "", points, color: color, isDashed: color > 5))
        }
      }
      return Chart(title, xLabel: "epoch", series: series)
    }
    return ChartPicture(
      description: "BLEU-4 and CIDEr-D on val by epoch, every run",
      name: "curves-all",
      sheet: ChartSheet(
        "Every run on val, free-running",
        [chart("BLEU-4 on val", .bleu4), chart("CIDEr-D on val", .cider)], columns: 2,
        // With room for the legend's rows.
        size: (560, 340 + 5 * Double(groups.count))))
  }
}
