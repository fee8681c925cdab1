internal import CCurl

/// One request for a file or for the rest of it.
final class Transfer {
  private let download: Download
  private let file: PartialDownload
  private var head = ResponseHead()
  /// What was wrong with the answer, found while it came.
  private var failure: DownloadError?
  private var hasBegun = false
  private var total: Int?
  private var progress: (Int, Int?) -> Void = { _, _ in }

  init(_ download: Download, _ file: PartialDownload) {
    self.download = download
    self.file = file
  }

  /// - Throws: ``DownloadError``; `interrupted` and `unreachable` where another attempt may go on.
  func run(_ progress: (Int, Int?) -> Void) throws(DownloadError) {
    let (status, words) = withoutActuallyEscaping(progress) { progress in
      self.progress = progress
      defer { self.progress = { _, _ in } }
      return get()
    }
    if let failure { throw failure }
    let address = download.address
    let done = "after \(file.byteCount) bytes\(total.map { " of \($0)" } ?? "")"
    switch status {
    case .ok: try checkEnd()
    case .stopped: throw PartialDownload.failure(file.path)
    case .bad_address:
      throw DownloadError(.badAddress, "\(address): is no address for http or https: \(words)")
    case .unreachable:
      throw DownloadError(
        .unreachable, "\(address): cannot be reached: \(words); try again, or --from a mirror")
    case .untrusted:
      throw DownloadError(.refused, "\(address): is not to be trusted: \(words)")
    case .stalled:
      throw DownloadError(
        .interrupted,
        "\(address): nothing came for too long \(done): \(words); run it again to go on")
    case .broken:
      throw DownloadError(
        .interrupted, "\(address): broke off \(done): \(words); run it again to go on")
    }
  }

  private func get() -> (ccurl_status, words: String) {
    var message = [CChar](repeating: 0, count: 256)
    let range: String? = file.byteCount > 0 ? "Range: bytes=\(file.byteCount)-" : nil
    let validator = file.byteCount > 0 ? file.validator : nil
    // Without a validator the rest could be of another version: all of it is asked for.
    let status = unsafe download.address.withCString { address in
      unsafe Self.withOptionalCString(validator == nil ? nil : range) { range in
        unsafe Self.withOptionalCString(validator.map { "If-Range: \($0)" }) { ifRange in
          unsafe ccurl_get(
            ccurl_request(
              address: address, range: range, if_range: ifRange,
              connect_seconds: download.connectTimeout, stall_seconds: download.stallTimeout,
              on_header: { bytes, count, context in
                unsafe Transfer.of(context).takeHeader(
                  UnsafeRawBufferPointer(start: bytes, count: count)) ? 1 : 0
              },
              on_body: { bytes, count, context in
                unsafe Transfer.of(context).takeBody(
                  UnsafeRawBufferPointer(start: bytes, count: count)) ? 1 : 0
              },
              context: Unmanaged.passUnretained(self).toOpaque()), &message, message.count)
        }
      }
    }
    let words = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return (status, String(decoding: words, as: UTF8.self))
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> Transfer {
    unsafe Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
  }

  private static func withOptionalCString<Value>(
    _ text: String?, _ body: (UnsafePointer<CChar>?) -> Value
  ) -> Value {
    guard let text else { return body(nil) }
    return unsafe text.withCString { unsafe body($0) }
  }

  private func takeHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
    unsafe head.add(String(decoding: bytes, as: UTF8.self))
    return true
  }

  private func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
    // What is said about a range that is not there.
    if head.status == 416 { return true }
    do throws(DownloadError) {
      if !hasBegun { try begin() }
      guard bytes.count <= download.maximumByteCount - file.byteCount else {
        throw tooLong(nil)
      }
      guard unsafe file.append(bytes) else { throw PartialDownload.failure(file.path) }
    } catch {
      failure = error
      return false
    }
    progress(file.byteCount, total)
    return true
  }

  /// Looks at the answer before the first byte of its body is kept.
  private func begin() throws(DownloadError) {
    hasBegun = true
    switch head.status {
    case 200:
      // The server does not know ranges, or has another version by now.
      try file.restart(validator: head.validator)
      total = head.contentLength
    case 206:
      guard let range = head.range, range.first == file.byteCount else {
        file.discardBytes()
        throw DownloadError(
          .interrupted, "\(download.address): the server gave another part than was asked for")
      }
      total = range.total ?? head.contentLength.map { $0 + file.byteCount }
    default: throw refusal()
    }
    guard let total else { return }
    if total > download.maximumByteCount { throw tooLong(total) }
    guard file.hasRoom(for: total - file.byteCount) else {
      throw DownloadError(
        .unwritable, "\(file.path): there is no room for \(total / 1_000_000) MB; make some")
    }
  }

  /// Looks at what there is when the answer is over.
  private func checkEnd() throws(DownloadError) {
    if head.status == 416 {
      // Either nothing is missing, or what there is is of no use.
      if head.unsatisfiedTotal == file.byteCount { return }
      file.discardBytes()
      throw DownloadError(
        .interrupted, "\(download.address): what was fetched before does not fit any more")
    }
    guard head.status == 200 || head.status == 206 else { throw refusal() }
    if !hasBegun { try begin() }
    if let total, file.byteCount != total {
      throw DownloadError(
        .interrupted, "\(download.address): gave \(file.byteCount) of \(total) bytes; try again")
    }
  }

  private func refusal() -> DownloadError {
    let code: DownloadError.Code = head.status >= 500 ? .interrupted : .refused
    return DownloadError(
      code,
      "\(download.address): the server answers with status \(head.status); "
        + (code == .refused ? "is the address right? --from names a mirror" : "try again later"))
  }

  private func tooLong(_ total: Int?) -> DownloadError {
    DownloadError(
      .mismatch,
      "\(download.address): has \(total.map { "\($0) bytes, " } ?? "")more than the "
        + "\(download.maximumByteCount) that are taken; is the address right?")
  }
}
