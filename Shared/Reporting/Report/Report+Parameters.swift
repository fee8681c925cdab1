extension Report {
  var parameters: [Block] {
    let configured = groups.filter { $0.representative.configuration != nil }
    guard !configured.isEmpty else { return [] }
    let all = configured.map { $0.representative.configuration!.parametersByName }
    let names = Set(all.flatMap(\.keys)).sorted()
    let shared = names.filter { name in all.allSatisfy { $0[name] == all[0][name] } }
    let apart = names.filter { !shared.contains($0) }
    var blocks: [Block] = [.heading(2, "Parameters")]
    if !apart.isEmpty {
      blocks.append(
        .table(
          Table(
            "What differs between the configurations; – is not set",
            ["parameter"] + configured.map(\.name),
            apart.map { name in
              Table.Row(
                cells: [Table.Cell(name)] + all.map { Table.Cell($0[name] ?? "–") })
            }, isText: true)))
    }
    blocks.append(
      .table(
        Table(
          configured.count == 1 ? "The configuration" : "What all configurations share",
          ["parameter", "value"],
          shared.map { Table.Row(cells: [Table.Cell($0), Table.Cell(all[0][$0] ?? "–")]) },
          isText: true)))
    let chosen = runs.compactMap { run -> Table.Row? in
      let selection = run.configuration?.selection.flatMap(RunLog.Column.init) ?? .bleu4
      guard let log = run.log, let best = log.best(by: selection) else { return nil }
      return Table.Row(cells: [
        Table.Cell(run.name), Table.Cell(run.configuration?.seed?.text ?? "–"),
        Table.Cell("\(best.epoch) of \(log.epochs.last?.epoch ?? 0)"),
        Table.Cell(selection == .cider ? "CIDEr-D" : "BLEU-4"),
        Table.Cell(optional(best[.bleu4], 4)), Table.Cell(optional(best[.cider], 4)),
      ])
    }
    if !chosen.isEmpty {
      blocks.append(
        .table(
          Table(
            "The epoch of each run that is best on val, by the score that chose its checkpoint",
            ["run", "seed", "epoch", "chosen by", "BLEU-4 on val", "CIDEr-D on val"], chosen)))
    }
    return blocks
  }
}
