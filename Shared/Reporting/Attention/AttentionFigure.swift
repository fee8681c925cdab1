internal import Drawing
internal import Imaging

/// The photograph once a word with where the model looked, as a PNG file: the figure of Show,
/// Attend and Tell (Xu and others 2015). A section a model; its first panel is the photograph.
public struct AttentionFigure: Sendable {
  private let photograph: CaptionedPhotograph
  /// Pixels for a unit.
  private let scale: Double

  private static let margin = 16.0
  private static let gap = 10.0
  private static let theme = Theme.light

  public init(_ photograph: CaptionedPhotograph, scale: Double = 1.5) {
    self.photograph = photograph
    self.scale = scale
  }

  /// The file.
  ///
  /// - Throws: ``ReportError``.
  public func png() throws(ReportError) -> [UInt8] {
    do {
      return try draw()
    } catch let error as ReportError {
      throw error
    } catch {
      throw ReportError(.undrawable, "the picture of \(photograph.name): \(error)")
    }
  }

  /// The same picture as a JPEG file, for where many of them stand together.
  ///
  /// - Throws: ``ReportError``.
  func jpeg() throws(ReportError) -> [UInt8] {
    let bytes = try png()
    do {
      let image = try unsafe ImageDecoder.preparing.decode(
        bytes.span.bytes, name: photograph.name)
      return try image.jpeg(quality: 82)
    } catch {
      throw ReportError(.undrawable, "the picture of \(photograph.name): \(error)")
    }
  }

  // MARK: Layout

  /// The photograph's size in a panel.
  private var panel: (width: Double, height: Double) {
    let (width, height) = (Double(photograph.image.width), Double(photograph.image.height))
    let factor = min(190 / width, 190 / height)
    return (max(width * factor, 60), max(height * factor, 20))
  }

  private var hasSentinel: Bool {
    photograph.captions.contains { $0.words.contains { $0.sentinel != nil } }
  }

  /// A panel with its title, its bar and the space around.
  private var cellHeight: Double { 22 + panel.height + (hasSentinel ? 18 : 0) + Self.gap }

  private var columns: Int {
    let most = photograph.captions.map(panels).max() ?? 1
    let fitting = max(Int(1_150 / (panel.width + Self.gap)), 1)
    // As even rows as there can be.
    let rows = (most + fitting - 1) / fitting
    return (most + rows - 1) / rows
  }

  private func panels(_ caption: ModelCaption) -> Int {
    caption.hasAttention ? caption.words.count + 1 : 1
  }

  private func height(_ caption: ModelCaption) -> Double {
    let rows = (panels(caption) + columns - 1) / columns
    return 46 + Double(rows) * cellHeight
  }

  // MARK: Drawing

  private func draw() throws -> [UInt8] {
    let width =
      max(Double(columns) * (panel.width + Self.gap) - Self.gap, 420) + 2 * Self.margin
    let height = photograph.captions.reduce(2 * Self.margin) { $0 + self.height($1) }
    let canvas = try Canvas(width: width, height: height, format: .png(scale: scale))
    canvas.fill(Rectangle(x: 0, y: 0, width: width, height: height), Self.theme.paper)
    let photo = try photograph.image.fitted(
      Int(max(panel.width, panel.height) * scale * 2)
    ).bitmap()
    var top = Self.margin
    for caption in photograph.captions {
      try draw(caption, photo, on: canvas, top: top)
      top += self.height(caption)
    }
    return try canvas.finish()
  }

  private func draw(
    _ caption: ModelCaption, _ photo: Bitmap, on canvas: borrowing Canvas, top: Double
  ) throws {
    let sentence = Canvas.TextStyle(size: 16, Self.theme.ink, isBold: true)
    let note = Canvas.TextStyle(size: 11, Self.theme.quiet)
    let room = canvas.width - 2 * Self.margin
    canvas.text(
      canvas.fitted(caption.sentence, sentence, width: room),
      at: Point(Self.margin, top + 16), sentence)
    let told = caption.hasAttention ? "" : ", which has no attention to show"
    canvas.text(
      canvas.fitted(caption.model + told, note, width: room),
      at: Point(Self.margin, top + 33), note)
    let words = caption.hasAttention ? caption.words : []
    for index in 0...words.count {
      let frame = Rectangle(
        x: Self.margin + Double(index % columns) * (panel.width + Self.gap),
        y: top + 46 + Double(index / columns) * cellHeight + 22, width: panel.width,
        height: panel.height)
      try canvas.image(photo, in: frame)
      if index > 0 { try draw(words[index - 1], of: caption, on: canvas, frame) }
    }
  }

  private func draw(
    _ word: ModelCaption.Word, of caption: ModelCaption, on canvas: borrowing Canvas,
    _ frame: Rectangle
  ) throws {
    if let veil = try caption.veil(word, scale: 24, sigma: 8) { try canvas.image(veil, in: frame) }
    let title = Canvas.TextStyle(size: 13, Self.theme.ink, isBold: true)
    canvas.text(
      canvas.fitted(word.text, title, width: frame.width), at: Point(frame.x, frame.y - 6), title)
    guard let sentinel = word.sentinel else { return }
    let note = Canvas.TextStyle(size: 10, Self.theme.quiet)
    let bar = Rectangle(x: frame.x, y: frame.bottom + 6, width: frame.width - 46, height: 5)
    canvas.fill(bar, Self.theme.grid, radius: 2.5)
    var filled = bar
    filled.width *= Double(min(max(sentinel, 0), 1))
    if filled.width > 1 { canvas.fill(filled, Self.theme.lines[1], radius: 2.5) }
    canvas.text(
      "β " + Double(sentinel).fixed(2), at: Point(frame.right, frame.bottom + 12), note, .trailing)
  }
}
