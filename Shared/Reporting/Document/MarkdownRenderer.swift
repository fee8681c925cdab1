internal import Drawing

/// Turns a report into Markdown with its pictures in a folder beside it.
struct MarkdownRenderer {
  let blocks: [Block]
  /// The folder's name, relative to the report.
  let folder: String
  /// The pictures by their names in the folder.
  private(set) var files: [(name: String, bytes: [UInt8])] = []

  init(_ blocks: [Block], folder: String) {
    self.blocks = blocks
    self.folder = folder
  }

  /// - Throws: ``ReportError`` with code `undrawable`.
  mutating func text() throws(ReportError) -> String {
    var parts: [String] = []
    for block in blocks { parts.append(try markdown(block)) }
    return parts.joined(separator: "\n\n") + "\n"
  }

  private mutating func markdown(_ block: Block) throws(ReportError) -> String {
    switch block {
    case .heading(let level, let text):
      return String(repeating: "#", count: level) + " " + Markdown.escape(text)
    case .paragraph(let text): return Markdown.escape(text)
    case .note(let text): return "<sub>" + Markdown.escape(text) + "</sub>"
    case .list(let items): return items.map { "- " + Markdown.escape($0) }.joined(separator: "\n")
    case .equation(let equation): return "$$\(equation.tex)$$"
    case .table(let table): return markdown(table)
    case .chart(let chart):
      let image = try RunCurves.file(chart.sheet, .png(scale: 1.25))
      return picture(image, type: "png", name: chart.name, description: chart.description)
    case .photograph(let photograph):
      let image = try AttentionFigure(photograph, scale: 1).jpeg()
      let name = "photograph-" + photograph.name
      let captions = photograph.captions.map {
        "- \(Markdown.escape($0.model)): \(Markdown.escape($0.sentence))"
      }
      return "### \(Markdown.escape(photograph.name))\n\n"
        + captions.joined(separator: "\n") + "\n\n"
        + picture(
          image, type: "jpg", name: name, description: "Where the models looked, word by word")
    case .references(let references):
      return references.map { reference in
        let title = Markdown.escape(reference.title)
        let linked = reference.address.map { "[\(title)](\($0))" } ?? title
        return "- \(Markdown.escape(reference.authors)) (\(reference.year)). \(linked). "
          + "\(Markdown.escape(reference.venue))."
      }.joined(separator: "\n")
    }
  }

  private mutating func picture(
    _ bytes: [UInt8], type: String, name: String, description: String
  ) -> String {
    var file = "\(Markdown.fileName(name)).\(type)"
    if files.contains(where: { $0.name == file }) {
      file = "\(Markdown.fileName(name))-\(files.count).\(type)"
    }
    files.append((file, bytes))
    return "![\(Markdown.escape(description))](\(Markdown.path(folder + "/" + file)))"
  }

  private func markdown(_ table: Table) -> String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    var lines = [Markdown.escape(table.caption), "", line(table.columns.map(Markdown.escape))]
    let rule = table.isText ? "---" : "---:"
    lines.append(line(table.columns.indices.map { $0 == 0 ? "---" : rule }))
    for row in table.rows {
      lines.append(
        line(
          row.cells.map { cell in
            let text = Markdown.escape(cell.text)
            if text.isEmpty { return text }
            return cell.isBest ? "**\(text)**" : row.isQuiet ? "*\(text)*" : text
          }))
    }
    return lines.joined(separator: "\n")
  }
}
