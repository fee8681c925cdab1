import ArgumentParser
import Imaging
import Reporting

/// Where `--attention` goes, and as what.
struct AttentionFile: ExpressibleByArgument {
  let path: String
  private let isPage: Bool

  init?(argument: String) {
    let name = argument.lowercased()
    isPage = name.hasSuffix(".html") || name.hasSuffix(".htm")
    guard isPage || name.hasSuffix(".png") else { return nil }
    path = argument
  }

  /// Draws the photograph and what the models say of it.
  ///
  /// - Throws: `ReportError`.
  func write(_ photograph: CaptionedPhotograph) throws(ReportError) {
    guard photograph.captions.contains(where: \.hasAttention) else {
      let models = photograph.captions.map(\.model).joined(separator: ", ")
      throw ReportError(
        .undrawable,
        "\(models): has no attention to show; name an attend-and-tell checkpoint with --model, "
          + "or leave out --attention")
    }
    let bytes =
      isPage
      ? Array(try AttentionPage(photograph).html().utf8) : try AttentionFigure(photograph).png()
    try WholeFile.write(bytes, to: path)
  }
}
