import FoundationEssentials
import Glibc
import Reporting

/// The place of a file that is yet to be written.
enum OutputPlace {
  /// Finds out before long work is done whether a file can be written.
  ///
  /// - Throws: `ReportError` with code `unwritable`.
  static func check(_ path: String) throws(ReportError) {
    var isFolder = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder {
      throw ReportError(.unwritable, "\(path): is a folder; name a file in it")
    }
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : path[..<$0] } ?? "."
    guard unsafe access(String(folder), W_OK | X_OK) == 0 else {
      throw ReportError(
        .unwritable, "\(path): cannot be written; is the folder \(folder) there, with permission?")
    }
  }
}
