/// A part of a report, before it is HTML or Markdown.
enum Block: Sendable {
  /// 1 is the title.
  case heading(Int, String)
  case paragraph(String)
  /// What matters less.
  case note(String)
  case list([String])
  case equation(Equation)
  case table(Table)
  case chart(ChartPicture)
  case photograph(CaptionedPhotograph)
  case references([Reference])
}

/// A published work, cited where it is used.
struct Reference: Sendable, Hashable {
  var authors: String
  var year: Int
  var title: String
  var venue: String
  /// nil where it is not on the web for certain.
  var address: String?

  /// As the text names it: “Xu and others 2015”.
  var short: String { "\(authors.split(separator: ",").first ?? "") \(year)" }
}

/// One formula, in the two notations.
struct Equation: Sendable {
  /// The inside of a `math` element.
  var mathML: String
  var tex: String
  /// What the formula is, for those who do not see it.
  var name: String
}

/// Rows and columns.
struct Table: Sendable {
  struct Cell: Sendable, ExpressibleByStringLiteral {
    var text: String
    /// The best of its column.
    var isBest = false

    init(_ text: String, isBest: Bool = false) {
      self.text = text
      self.isBest = isBest
    }

    init(stringLiteral text: String) { self.init(text) }
  }

  struct Row: Sendable {
    var cells: [Cell]
    /// What others published.
    var isQuiet = false
  }

  var caption: String
  /// The first column names the row; the others are numbers unless ``isText``.
  var columns: [String]
  var rows: [Row]
  var isText = false

  init(_ caption: String, _ columns: [String], _ rows: [Row], isText: Bool = false) {
    self.caption = caption
    self.columns = columns
    self.rows = rows
    self.isText = isText
  }
}
