internal import Glibc
internal import WeightFiles

/// One file to fetch over HTTP, resumed where an earlier attempt stopped.
///
/// It is written beside its place, `PATH.partial`, with what tells the server's version of it,
/// `PATH.validator`, and put in its place when it is complete and its SHA-256 is right.
public struct Download: Sendable {
  /// http or https.
  public var address: String
  public var path: String
  /// The digits that the file's SHA-256 begins with.
  public var hashPrefix: String
  /// A longer file is not taken.
  public var maximumByteCount = 2 << 30
  /// Seconds until there is a connection.
  public var connectTimeout = 30
  /// Seconds without a byte after which the connection is given up.
  public var stallTimeout = 60
  /// Attempts one after the other that bring nothing new before it fails.
  public var attempts = 4
  /// Seconds before another attempt.
  public var pause = 2

  public init(_ address: String, to path: String, hashPrefix: String) {
    self.address = address
    self.path = path
    self.hashPrefix = hashPrefix
  }

  /// Fetches the file, blocking the caller.
  ///
  /// - Parameter progress: told the bytes that are there, and of how many if the server says it.
  /// - Throws: ``DownloadError``. What was fetched stays for the next attempt, unless it is wrong.
  public func run(
    progress: (_ done: Int, _ total: Int?) -> Void = { _, _ in }
  ) throws(DownloadError) {
    let file = try PartialDownload(path)
    var vain = 0
    while true {
      let before = file.byteCount
      do throws(DownloadError) {
        try Transfer(self, file).run(progress)
        break
      } catch  where error.code == .interrupted || error.code == .unreachable {
        vain = file.byteCount > before ? 0 : vain + 1
        guard vain < attempts else { throw error }
        sleep(UInt32(pause))
      }
    }
    let hash: String
    do {
      hash = try WeightFile.hash(ofFile: file.partialPath)
    } catch {
      throw DownloadError(.unwritable, "\(error)")
    }
    guard hash.hasPrefix(hashPrefix.lowercased()) else {
      file.discard()
      throw DownloadError(
        .mismatch,
        "\(address): the file has the SHA-256 \(hash), which should begin with \(hashPrefix); it is "
          + "thrown away: try again, or another mirror")
    }
    try file.finish()
  }
}
