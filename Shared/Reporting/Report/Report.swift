internal import Drawing

/// The report on some runs: how the models work, their parameters, scores, curves, captions, where
/// one beats the other, and what they cost. Every number in it comes from the run folders; the same
/// folders and photographs give the same report.
public struct Report: Sendable {
  let runs: [Run]
  let groups: [RunGroup]
  let photographs: [CaptionedPhotograph]
  /// Whether scores that others published on Flickr8k stand beside.
  let showsPublished: Bool
  /// What people should know, such as photographs that could not be captioned.
  let notes: [String]

  /// - Parameters:
  ///   - runs: what is reported on.
  ///   - photographs: the same ones as captioned by every run's model.
  ///   - showsPublished: whether scores that others published on Flickr8k stand beside; nil: where
  ///     a run's data are Flickr8k.
  ///   - notes: what people should know.
  public init(
    _ runs: [Run], photographs: [CaptionedPhotograph] = [], showsPublished: Bool? = nil,
    notes: [String] = []
  ) {
    self.runs = runs
    groups = RunGroup.groups(runs)
    self.photographs = photographs
    self.notes = notes
    self.showsPublished =
      showsPublished
      ?? runs.contains { run in
        run.configuration?.data?.text.lowercased().contains("flickr8k") == true
      }
  }

  /// The report as one page that stands alone.
  ///
  /// - Throws: ``ReportError`` with code `undrawable`.
  public func html() throws(ReportError) -> String {
    var renderer = HTMLRenderer(blocks)
    return try renderer.page(title: title)
  }

  /// The report as Markdown, and the pictures that belong into the folder of that name beside it.
  ///
  /// - Throws: ``ReportError`` with code `undrawable`.
  public func markdown(
    pictures folder: String
  ) throws(ReportError) -> (text: String, pictures: [(name: String, bytes: [UInt8])]) {
    var renderer = MarkdownRenderer(blocks, folder: folder)
    let text = try renderer.text()
    return (text, renderer.files)
  }

  /// Writes the report, a page or Markdown by the path's extension.
  ///
  /// - Throws: ``ReportError``.
  public func write(to path: String) throws(ReportError) {
    guard path.lowercased().hasSuffix(".md") else {
      return try WholeFile.write(Array(try html().utf8), to: path)
    }
    let folder = path.dropLast(3) + "-files"
    let name = folder.split(separator: "/").last.map(String.init) ?? "files"
    let (text, pictures) = try markdown(pictures: name)
    if !pictures.isEmpty { try WholeFile.makeFolder(String(folder)) }
    for picture in pictures {
      try WholeFile.write(picture.bytes, to: "\(folder)/\(picture.name)")
    }
    try WholeFile.write(Array(text.utf8), to: path)
  }

  var title: String { "Image captioning: \(runs.count) \(runs.count == 1 ? "run" : "runs")" }

  var blocks: [Block] {
    [.heading(1, title)] + summary + scores + comparisons + pictures + models + parameters
      + curves + cost + gaps + references
  }

  // MARK: Small sections

  private var summary: [Block] {
    let scored = runs.compactMap { run in run.scores?.headline.map { (run, $0) } }
    guard let (best, beam) = scored.max(by: { ($0.1.cider ?? 0) < ($1.1.cider ?? 0) }) else {
      return [.paragraph("No run has test scores yet; `captionmesh evaluate` writes them.")]
    }
    let images = best.scores?.images ?? 0
    return [
      .paragraph(
        "The highest CIDEr-D on \(best.scores?.split ?? "test") is \(optional(beam.cider, 3)), by "
          + "\(label(best)), with BLEU-4 \(optional(beam.bleu[3], 4)): \(images) photographs, "
          + "captioned freely with beam \(beam.beam). Scores are from 0 to 1 by coco-caption’s "
          + "definition, except CIDEr-D, which can exceed 1.")
    ]
  }

  private var models: [Block] {
    let named = runs.compactMap(\.configuration?.architecture)
    return HowModelsWork.blocks(
      Set(named),
      selfCritical: runs.contains {
        $0.log?.epochs.contains { $0.phase == .selfCritical } == true
      })
  }

  private var pictures: [Block] {
    guard !photographs.isEmpty else { return [] }
    return [
      .heading(2, "The same photographs, captioned by every model"),
      .note(
        "Bright is where the decoder’s attention lay when it chose the word."),
    ] + photographs.map { .photograph($0) }
  }

  private var gaps: [Block] {
    let missing = runs.filter { !$0.missing.isEmpty }.map {
      "\($0.name): \($0.missing.joined(separator: ", "))"
    }
    guard !missing.isEmpty || !notes.isEmpty else { return [] }
    return [
      .heading(2, "What is missing"),
      .note(
        "Files that the run folders do not hold, so that this report lacks what they would tell."),
      .list(missing + notes),
    ]
  }

  private var references: [Block] {
    var works = [Works.showAndTell, Works.attendAndTell]
    let architectures = Set(runs.compactMap(\.configuration?.architecture))
    if architectures.contains("adaptive") { works.append(Works.adaptive) }
    if runs.contains(where: { $0.log?.epochs.contains { $0.phase == .selfCritical } == true }) {
      works.append(Works.selfCritical)
    }
    works += [Works.bleu, Works.rouge, Works.cider]
    if showsPublished { works += [Works.spatialAndChannelWise, Works.flickr8k] }
    return [.heading(2, "References"), .references(works)]
  }
}

/// A number, or a dash where there is none.
func optional(_ value: Double?, _ digits: Int) -> String { value?.fixed(digits) ?? "–" }
