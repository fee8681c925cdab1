import Foundation

/// A file for parsers that take a path; `run` has the folder for temporary files in memory.
final class ScratchFile: Sendable {
  let path: String
  private let descriptor: Int32

  init() {
    path =
      FileManager.default.temporaryDirectory.appending(path: "fuzz-\(UUID().uuidString)").path
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    precondition(descriptor >= 0, "no file can be made at \(path)")
  }

  /// Replaces the file's content.
  func fill(_ bytes: RawSpan) {
    precondition(ftruncate(descriptor, 0) == 0)
    let count = unsafe bytes.withUnsafeBytes {
      unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0)
    }
    precondition(count == bytes.byteCount)
  }

  /// Replaces the file's content.
  func fill(_ text: String) { fill(unsafe text.utf8Span.span.bytes) }
}
