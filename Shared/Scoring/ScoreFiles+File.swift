import Glibc

extension ScoreFiles {
  /// A file's content and the name that messages call it by.
  public struct File: Sendable {
    public let name: String
    public let content: [UInt8]

    /// The longest file that is read, in bytes.
    public static let maximumByteCount = 1 << 31

    public init(name: String, content: [UInt8]) {
      self.name = name
      self.content = content
    }

    /// Reads the file, or the pipe, at a path to its end.
    ///
    /// - Throws: ``ScoringError`` with the code `unreadableFile`, also when there are more than
    ///   ``maximumByteCount`` bytes.
    public init(path: String) throws(ScoringError) {
      let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { throw Self.unreadable(path, Self.systemMessage()) }
      defer { _ = close(file) }
      var content: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = unsafe buffer.withUnsafeMutableBytes {
          unsafe read(file, $0.baseAddress!, $0.count)
        }
        if count == 0 { break }
        if count < 0 {
          if errno == EINTR { continue }
          throw Self.unreadable(path, Self.systemMessage())
        }
        content += buffer[..<count]
        if content.count > Self.maximumByteCount {
          throw Self.unreadable(path, "more than \(Self.maximumByteCount) bytes")
        }
      }
      self.init(name: path, content: content)
    }

    private static func systemMessage() -> String { unsafe String(cString: strerror(errno)) }

    private static func unreadable(_ path: String, _ reason: String) -> ScoringError {
      ScoringError(.unreadableFile, "\(path): cannot be read (\(reason)); check the path")
    }

    /// The content without the mark that some editors put before UTF-8.
    var text: ArraySlice<UInt8> {
      content.starts(with: [0xEF, 0xBB, 0xBF]) ? content.dropFirst(3) : content[...]
    }

    /// Whether the first two characters that are not blank start a JSON value, not a sentence.
    var isJSON: Bool {
      let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
      var characters = text.lazy.filter { !blanks.contains($0) }.makeIterator()
      guard let first = characters.next(), let second = characters.next() else { return false }
      return switch first {
      case UInt8(ascii: "["): "[]{\"".utf8.contains(second)
      case UInt8(ascii: "{"): "}\"".utf8.contains(second)
      default: false
      }
    }
  }
}
