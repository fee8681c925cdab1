internal import Drawing
internal import Imaging

/// A photograph in a page, with each model's words below: pointing at a word shows where the model
/// looked.
struct AttentionWidget {
  let photograph: CaptionedPhotograph
  /// Distinguishes photographs of one page.
  let index: Int
  /// The longer side of the photograph in the page.
  var extent = 900

  /// - Throws: ``ReportError`` with code `undrawable`.
  func html() throws(ReportError) -> String {
    let image = photograph.image
    let name = HTML.escape(photograph.name)
    let photo = HTML.data(try jpeg(image.fitted(extent)), type: "image/jpeg")
    let thumb = HTML.data(try jpeg(image.fitted(180)), type: "image/jpeg")
    var models = ""
    for caption in photograph.captions { models += try model(caption) }
    let hint =
      photograph.captions.contains { $0.hasAttention }
      ? "Point at a word, or press it, to see where the model looked."
      : "The models have no attention to show."
    return """
      <style>.photo-\(index) .thumb{background-image:url(\(thumb));\
      aspect-ratio:\(image.width)/\(image.height)}</style>
      <div class="photo photo-\(index)"><div class="view">
      <div class="side"><div class="stage"><img src="\(photo)" alt="\(name)"/>\
      <img class="veil" src="\(Self.blank)" alt=""/></div>
      <p class="told quiet" aria-live="polite">\(hint)</p></div>
      <div>
      \(models)</div></div></div>

      """
  }

  private func model(_ caption: ModelCaption) throws(ReportError) -> String {
    var words = ""
    for word in caption.words where !word.attention.isEmpty {
      words += try button(word, of: caption)
    }
    let list =
      words.isEmpty
      ? "<p class=\"quiet\">no attention to show</p>\n" : "<ol class=\"words\">\n\(words)</ol>\n"
    return """
      <section class="model"><h3>\(HTML.escape(caption.model))</h3>
      <p class="caption">\(HTML.escape(caption.sentence))</p>
      \(list)</section>

      """
  }

  private func button(
    _ word: ModelCaption.Word, of caption: ModelCaption
  ) throws(ReportError) -> String {
    // About a hundred pixels across: a page stretches smooth maps without harm.
    let scale = max(96 / max(caption.rows, caption.columns), 4)
    guard let veil = try caption.veil(word, scale: scale, sigma: Double(scale) / 3) else {
      return ""
    }
    let map = HTML.data(try png(veil), type: "image/png")
    let place = Whereabouts.text(word.attention, rows: caption.rows, columns: caption.columns)
    var told = "“\(word.text)”: \(place)"
    var bar = ""
    if let sentinel = word.sentinel {
      let beta = Double(sentinel).fixed(2)
      told += ", β \(beta)"
      let width = (Double(min(max(sentinel, 0), 1)) * 100).fixed(0)
      bar =
        "<span class=\"beta\"><i><b style=\"width:\(width)%\"></b></i>β&#160;\(beta)</span>"
    }
    let label = HTML.escape(told)
    return """
      <li><button type="button" aria-pressed="false" title="\(label)" aria-label="\(label)">\
      <span class="thumb"><img src="\(map)" alt=""/></span>\
      <span class="word">\(HTML.escape(word.text))</span>\(bar)</button></li>

      """
  }

  private func png(_ bitmap: Bitmap) throws(ReportError) -> [UInt8] {
    do {
      return try bitmap.png()
    } catch {
      throw ReportError(.undrawable, "\(photograph.name): \(error)")
    }
  }

  private func jpeg(_ image: Image) throws(ReportError) -> [UInt8] {
    do {
      return try image.jpeg()
    } catch {
      throw ReportError(.undrawable, "\(photograph.name): \(error)")
    }
  }

  /// One transparent pixel, so that the veil is never a broken image.
  private static let blank =
    "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
}
