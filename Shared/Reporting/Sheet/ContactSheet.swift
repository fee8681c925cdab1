internal import Drawing
internal import Imaging

/// Photographs with their captions on one page that stands alone in one file: each scaled down, its
/// words with their probabilities, and for each word where the model looked. The page is made in
/// parts, so that nobody has to hold thousands of photographs.
///
/// What it says can be read without its script, which adds the maps, and finding.
public struct ContactSheet: Sendable {
  /// Pixels that the longer side of a photograph in the page may have.
  public static let extents = 64...2_048

  /// The longer side of the photographs in the page, in pixels.
  public let extent: Int

  /// - Parameter extent: in ``extents``.
  public init(extent: Int = 480) {
    precondition(Self.extents.contains(extent), "\(extent) is not in \(Self.extents)")
    self.extent = extent
  }

  // MARK: Parts

  /// What comes before the cards.
  ///
  /// - Parameters:
  ///   - captioned: how many photographs have a caption.
  ///   - failed: how many have none.
  ///   - firstFailed: the number of the first of these.
  public func opening(captioned: Int, failed: Int, firstFailed: Int?) -> String {
    let count = captioned + failed
    let photographs = count == 1 ? "1 photograph" : "\(count) photographs"
    let failures =
      firstFailed.map { " <a href=\"#failed-\($0)\">\(failed) could not be captioned.</a>" } ?? ""
    return HTML.opening(title: photographs, style: PageStyle.sheet) + """
      <header>
      <h1>\(photographs)</h1>
      <p class="quiet">The number below a word is its probability in percent.\
      <span class="scripted"> Point at a word, or press it, to see where the model looked when it \
      chose it.</span>\(failures)</p>
      <p class="scripted find"><input type="search" aria-label="Find captions and names" \
      placeholder="Find a word or a name"/> <output class="quiet"></output></p>
      </header>
      <div class="sheet">

      """
  }

  /// A captioned photograph.
  ///
  /// - Throws: ``ReportError`` with code `undrawable`.
  public func card(_ photograph: CaptionedPhotograph) throws(ReportError) -> String {
    let image = photograph.image.fitted(extent)
    let bytes: [UInt8]
    do {
      bytes = try image.jpeg(quality: 80)
    } catch {
      throw ReportError(.undrawable, "\(photograph.name): \(error)")
    }
    let caption = photograph.captions[0]
    let words = caption.words.map { word($0, of: caption) }.joined(separator: "\n")
    let shape = image.width * 3 >= image.height * 4 ? "wide" : "tall"
    return """
      <article class="card" data-grid="\(caption.rows) \(caption.columns)">
      <div class="mount"><div class="print \(shape)" \
      style="aspect-ratio:\(image.width)/\(image.height)">\
      <img src="\(HTML.data(bytes, type: "image/jpeg"))" width="\(image.width)" \
      height="\(image.height)" alt="\(HTML.escape(caption.sentence))" loading="lazy" \
      decoding="async"/></div></div>
      <p class="caption">\(words)</p>
      <p class="name quiet">\(HTML.escape(photograph.name))</p>
      </article>

      """
  }

  /// A photograph without a caption.
  ///
  /// - Parameters:
  ///   - name: the photograph's.
  ///   - reason: why, as a sentence that need not name the photograph.
  ///   - number: its own among all.
  public func card(failed name: String, reason: String, number: Int) -> String {
    """
    <article class="card failed" id="failed-\(number)" tabindex="-1">
    <div class="mount"><span class="mark" aria-hidden="true">!</span></div>
    <p class="caption">No caption</p>
    <p class="reason">\(HTML.escape(reason))</p>
    <p class="name quiet">\(HTML.escape(name))</p>
    </article>

    """
  }

  /// What comes after the cards.
  public var closing: String {
    """
    </div>
    <footer class="quiet">
    <p>Bright is where the decoder’s attention lay when it chose the word (Xu and others 2015). \
    A word’s probability is the model’s, after the words before it.</p>
    </footer>

    """ + HTML.closing(script: PageStyle.sheetScript)
  }

  // MARK: Words

  private func word(_ word: ModelCaption.Word, of caption: ModelCaption) -> String {
    var told = "“\(word.text)”"
    var probability = ""
    if let value = word.probability, value.isFinite {
      let percent = Int((min(max(value, 0), 1) * 100).rounded())
      told += ", \(percent) %"
      probability = "<small>\(percent)</small><i style=\"width:\(percent)%\"></i>"
    }
    guard !word.attention.isEmpty else {
      return "<span class=\"word\"><b>\(HTML.escape(word.text))</b>\(probability)</span>"
    }
    told += ", " + Whereabouts.text(word.attention, rows: caption.rows, columns: caption.columns)
    if let sentinel = word.sentinel { told += ", β \(Double(sentinel).fixed(2))" }
    let label = HTML.escape(told)
    return """
      <button type="button" class="word" aria-pressed="false" title="\(label)" \
      aria-label="\(label)" data-map="\(map(word.attention))">\
      <b>\(HTML.escape(word.text))</b>\(probability)</button>
      """
  }

  /// The weights as ``AttentionMap/shares`` has them, a byte a cell, in Base64: the script makes
  /// them smooth, so that a map takes a hundred bytes instead of ten thousand.
  private func map(_ weights: [Float]) -> String {
    let weights = weights.map { $0.isFinite ? max(Double($0), 0) : 0 }
    let mean = weights.reduce(0, +) / Double(weights.count)
    let top = max(weights.max() ?? 0, 3 * mean)
    let bytes = weights.map { top > 0 ? UInt8((min($0 / top, 1) * 255).rounded()) : 0 }
    return HTML.base64(bytes)
  }
}
