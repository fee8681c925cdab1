import Imaging
import MeshAPI
import Reporting
import WeightFiles

/// Writes a contact sheet of a stream of photographs: each as it is answered into a temporary file,
/// and all in their order into the page when the stream has ended, so that thousands of them take no
/// more memory than one.
actor SheetWriter {
  private struct Card {
    var part: SpoolFile.Part
    var isCaptioned: Bool
  }

  private let path: String
  private let sheet: ContactSheet
  private let spool: SpoolFile
  private var cards: [Int: Card] = [:]
  /// What kept the sheet from being complete, first of all.
  private var failure: (any Error)?

  /// - Throws: `ReportError` or ``SpoolError`` where the page could not be written.
  init(_ path: String, extent: Int) throws {
    try OutputPlace.check(path)
    self.path = path
    sheet = ContactSheet(extent: extent)
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : path[..<$0] } ?? "."
    spool = try SpoolFile(in: String(folder))
  }

  /// Takes in an answer. What goes wrong is thrown by ``finish()``.
  func add(_ item: CaptionFlight.Item, _ reply: CaptionReply) {
    guard failure == nil else { return }
    let (card, isCaptioned) = card(item, reply)
    do {
      cards[item.number] = Card(part: try spool.append(card), isCaptioned: isCaptioned)
    } catch {
      failure = error
    }
  }

  private func card(
    _ item: CaptionFlight.Item, _ reply: CaptionReply
  ) -> (html: String, isCaptioned: Bool) {
    do {
      let caption = ModelCaption(try reply.result.get(), model: "the mesh’s model")
      let bytes = try ImageFile.read(item.path)
      let image = try unsafe ImageDecoder.serving.decode(bytes.span.bytes, name: item.path)
      let photograph = CaptionedPhotograph(name: item.path, image: image, captions: [caption])
      return (try sheet.card(photograph), true)
    } catch {
      let reason = (error as? ItemError)?.message ?? "\(error)"
      return (sheet.card(failed: item.path, reason: reason, number: item.number), false)
    }
  }

  /// Writes the page.
  ///
  /// - Throws: what kept it from being written; the page is as it was before then.
  func finish() throws {
    if let failure { throw failure }
    let ordered = cards.sorted { $0.key < $1.key }
    let failed = ordered.filter { !$0.value.isCaptioned }
    let opening = sheet.opening(
      captioned: ordered.count - failed.count, failed: failed.count, firstFailed: failed.first?.key)
    let file = try AtomicFile(path)
    try file.write(Array(opening.utf8))
    for (_, card) in ordered { try file.write(spool.read(card.part)) }
    try file.write(Array(sheet.closing.utf8))
    try file.finish()
  }
}
