/// The end of a log, and what is written to it after.
public struct LogTail: Sendable {
  /// No more of a log's end is read than this.
  static let byteLimit = 1 << 20

  private let path: String
  private var offset: Int
  private var file: FileIdentity?
  /// The beginning of a line whose end is not written yet.
  private var partial: [UInt8] = []

  /// Begins at the log's end, or at its beginning when it is not there yet.
  public init(following path: String) {
    self.path = path
    file = FileIdentity(path)
    offset = file?.size ?? 0
  }

  /// The last lines of a log; none when there is no such file.
  public static func lines(_ count: Int, of path: String) -> [String] {
    guard let identity = FileIdentity(path) else { return [] }
    let start = max(0, identity.size - byteLimit)
    let bytes = FileSystem.bytes(of: path, from: start, limit: byteLimit)
    return String(decoding: bytes, as: UTF8.self)
      .split(separator: "\n").suffix(count).map(String.init)
  }

  /// The whole lines that have been written since the last call. A log that was put aside is read
  /// to its end no further, and the new one from its beginning.
  public mutating func newLines() -> [String] {
    guard let now = FileIdentity(path) else { return [] }
    if now.number != file?.number || now.size < offset {
      offset = 0
      partial = []
    }
    file = now
    let limit = min(now.size - offset, Self.byteLimit)
    let bytes = FileSystem.bytes(of: path, from: offset, limit: limit)
    offset += bytes.count
    partial += bytes
    guard let end = partial.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
    let lines = String(decoding: partial[...end], as: UTF8.self)
    partial = Array(partial[(end + 1)...])
    return lines.split(separator: "\n").map(String.init)
  }
}
