import Decoders
import Imaging
import Reporting
import Vocabulary

/// Captions the same photographs with every run's checkpoint.
struct PhotographCaptioner {
  private let runs: [Run]
  private let store: String?
  private let threads: Int
  /// Models and photographs that could not be used, and why.
  private(set) var notes: [String] = []

  init(_ runs: [Run], store: String?, threads: Int) {
    self.runs = runs
    self.store = store
    self.threads = threads
  }

  /// One photograph or model that fails is noted and left out.
  mutating func photographs(_ paths: [String]) throws -> [CaptionedPhotograph] {
    var photographs: [(path: String, photograph: CaptionedPhotograph)] = []
    for path in paths {
      do {
        let bytes = try ImageFile.read(path)
        let image = try unsafe ImageDecoder.serving.decode(bytes.span.bytes, name: path)
        let name = path.split(separator: "/").last.map(String.init) ?? path
        photographs.append((path, CaptionedPhotograph(name: name, image: image, captions: [])))
      } catch {
        notes.append("\(error)")
      }
    }
    guard !photographs.isEmpty else { return [] }
    let models = runs.filter { $0.checkpoint != nil }
    let bar = ProgressBar("captioning", total: models.count * photographs.count)
    for run in models {
      do {
        let captioner = try LocalCaptioner(
          model: run.checkpoint!, store: store, threads: threads)
        let outcomes = try captioner.captions(
          photographs.map(\.path), search: BeamSearch(vocabulary: captioner.checkpoint.vocabulary))
        for (index, outcome) in outcomes.enumerated() {
          photographs[index].photograph.captions.append(
            ModelCaption(try outcome.get().best, of: captioner.checkpoint, model: run.name))
        }
      } catch {
        notes.append("\(run.name) cannot caption: \(error)")
      }
      bar.advance(by: photographs.count)
    }
    bar.finish()
    return photographs.map(\.photograph).filter { !$0.captions.isEmpty }
  }
}
