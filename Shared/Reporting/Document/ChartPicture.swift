internal import Drawing

/// Charts in a report, drawn when it is known for what.
struct ChartPicture: Sendable {
  /// What it shows, for those who do not see it.
  var description: String
  /// The name of its file beside a Markdown report, without its type.
  var name: String
  var sheet: ChartSheet
}
