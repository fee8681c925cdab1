import CFuzzer
import Glibc

/// A file that is never on a disk, for parsers that take a path.
final class MemoryFile: Sendable {
  private let descriptor = cfuzzer_memory_file()

  init() { precondition(descriptor >= 0, "no file in memory") }

  /// A path under which this process, and no other, opens it.
  var path: String { "/proc/self/fd/\(descriptor)" }

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
