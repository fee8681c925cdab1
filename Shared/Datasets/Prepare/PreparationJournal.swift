import FoundationEssentials
import Glibc

/// How far a preparation is, in a file beside what it makes.
struct PreparationJournal: Codable {
  struct Progress: Codable {
    /// Images gone through, in their order.
    var done = 0
    /// Which of them could not be read.
    var bad: [Int] = []
    var rows: Int { done - bad.count }
  }

  /// What is prepared: notes of anything else are of no use.
  var fingerprint: String
  var splits: [DatasetSplit.RawValue: Progress] = [:]
  /// Whether all files are complete and only need to be put in place.
  var isComplete = false

  init(fingerprint: String) { self.fingerprint = fingerprint }

  subscript(split: DatasetSplit) -> Progress {
    get { splits[split.rawValue] ?? Progress() }
    set { splits[split.rawValue] = newValue }
  }

  /// Reads a journal; nil where there is none that can be used.
  init?(path: String) {
    guard let data = try? Data(contentsOf: URL(filePath: path)),
      let journal = try? JSONDecoder().decode(PreparationJournal.self, from: data)
    else { return nil }
    self = journal
  }

  /// - Throws: ``DatasetError`` `unwritable`.
  func write(to path: String) throws(DatasetError) {
    do {
      try JSONEncoder().encode(self).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw DatasetError(
        .unwritable, "\(path): cannot be written; is there room and permission?")
    }
  }
}
