/// One photograph and what models say of it, as a page that stands alone in one file: pointing at
/// a word shows where the model looked.
public struct AttentionPage: Sendable {
  private let photograph: CaptionedPhotograph

  public init(_ photograph: CaptionedPhotograph) { self.photograph = photograph }

  /// The file.
  ///
  /// - Throws: ``ReportError`` with code `undrawable`.
  public func html() throws(ReportError) -> String {
    let name = photograph.name
    let widget = try AttentionWidget(photograph: photograph, index: 1).html()
    let hasSentinel = photograph.captions.contains { $0.words.contains { $0.sentinel != nil } }
    let sentinel =
      hasSentinel
      ? "<p class=\"quiet\">β is the share of attention that went to the visual sentinel instead "
        + "of the photograph (Lu and others 2017): near 1 the word came from the sentence so far."
        + "</p>\n" : ""
    let body = """
      <h1>\(HTML.escape(name))</h1>
      \(widget)\(sentinel)<p class="quiet">Bright is where the decoder’s attention lay when it \
      chose the word; each map’s highest weight is brightest (Xu and others 2015).</p>
      """
    return HTML.page(
      title: name, style: PageStyle.attention, script: PageStyle.attentionScript, body: body)
  }
}
