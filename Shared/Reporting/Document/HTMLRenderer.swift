internal import Drawing

/// Turns a report into one page that stands alone.
struct HTMLRenderer {
  let blocks: [Block]
  private(set) var photographs = 0

  init(_ blocks: [Block]) { self.blocks = blocks }

  /// - Throws: ``ReportError`` with code `undrawable`.
  mutating func page(title: String) throws(ReportError) -> String {
    var body = ""
    for block in blocks { body += try html(block) + "\n" }
    return HTML.page(
      title: title, style: PageStyle.attention + "\n" + PageStyle.report,
      script: PageStyle.attentionScript, body: body)
  }

  private mutating func html(_ block: Block) throws(ReportError) -> String {
    switch block {
    case .heading(let level, let text): return "<h\(level)>\(HTML.escape(text))</h\(level)>"
    case .paragraph(let text): return "<p>\(HTML.escape(text))</p>"
    case .note(let text): return "<p class=\"quiet\">\(HTML.escape(text))</p>"
    case .list(let items):
      if items.isEmpty { return "" }
      return "<ul>" + items.map { "<li>\(HTML.escape($0))</li>" }.joined() + "</ul>"
    case .equation(let equation):
      return
        "<p class=\"equation\"><math display=\"block\" aria-label=\"\(HTML.escape(equation.name))\">"
        + "<mrow>\(equation.mathML)</mrow></math></p>"
    case .table(let table): return html(table)
    case .chart(let chart): return try html(chart)
    case .photograph(let photograph):
      photographs += 1
      return "<h3>\(HTML.escape(photograph.name))</h3>\n"
        + (try AttentionWidget(photograph: photograph, index: photographs, extent: 560).html())
    case .references(let references):
      return "<ul class=\"references\">" + references.map { "<li>\(html($0))</li>" }.joined()
        + "</ul>"
    }
  }

  private func html(_ table: Table) -> String {
    var result = "<div class=\"scroll\"><table class=\"\(table.isText ? "text" : "numbers")\">"
    result += "<caption>\(HTML.escape(table.caption))</caption>\n<thead><tr>"
    for column in table.columns {
      // Hyphens that no line ends at: BLEU-4 is one word.
      let name = HTML.escape(column).replacing("-", with: "&#8209;")
      result += "<th scope=\"col\">\(name)</th>"
    }
    result += "</tr></thead>\n<tbody>\n"
    for row in table.rows {
      result += row.isQuiet ? "<tr class=\"others\">" : "<tr>"
      for (index, cell) in row.cells.enumerated() {
        let text = HTML.escape(cell.text)
        result +=
          index == 0
          ? "<th scope=\"row\">\(text)</th>"
          : "<td>\(cell.isBest ? "<strong>\(text)</strong>" : text)</td>"
      }
      result += "</tr>\n"
    }
    return result + "</tbody></table></div>"
  }

  private func html(_ chart: ChartPicture) throws(ReportError) -> String {
    let data = HTML.data(try RunCurves.file(chart.sheet, .svg), type: "image/svg+xml")
    return "<figure class=\"chart\"><img src=\"\(data)\" "
      + "alt=\"\(HTML.escape(chart.description))\"/></figure>"
  }

  private func html(_ reference: Reference) -> String {
    let title = HTML.escape(reference.title)
    let linked =
      reference.address.map { "<a href=\"\(HTML.escape($0))\">\(title)</a>" } ?? title
    return "\(HTML.escape(reference.authors)) (\(reference.year)). \(linked). "
      + "\(HTML.escape(reference.venue))."
  }
}

extension PageStyle {
  static let report = """
    .scroll{overflow-x:auto;margin:1rem 0}
    table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
    caption{text-align:left;color:var(--quiet);padding:0 0 .4rem}
    th,td{padding:.32rem .55rem;border-bottom:1px solid var(--line);vertical-align:top}
    thead th{border-bottom:2px solid var(--line);font-weight:600;vertical-align:bottom}
    th:first-child{text-align:left;padding-left:0}
    tbody th{font-weight:500;min-width:11rem}
    .numbers tbody th{min-width:14rem}
    .numbers td,.numbers thead th:not(:first-child){text-align:right}
    .numbers td{white-space:nowrap}
    .text td,.text thead th{text-align:left}
    .others th,.others td{color:var(--quiet);font-weight:400;font-style:italic}
    .chart{margin:1rem 0 2rem}.chart img{width:100%;height:auto;display:block;\
    border:1px solid var(--line);border-radius:8px}
    /* A dark picture of the same hues, without a second copy of it. */
    @media (prefers-color-scheme:dark){.chart img{filter:invert(.91) hue-rotate(180deg);\
    border-color:#ccc}}
    .equation{overflow-x:auto;margin:.6rem 0 .9rem;font-size:1.08rem}
    math{display:block;text-align:left}
    .photo{margin:.4rem 0 2.2rem}
    .references li{margin:.3rem 0}
    """
}
