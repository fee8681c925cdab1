import FoundationEssentials
import Glibc
import Synchronization

/// A file of spans, a line for each request.
///
/// Spans wait in a bounded queue, and are dropped and counted when the disk is slower than they
/// come. What cannot be written, as on a full disk, ends the trace: the file keeps its whole lines,
/// and who gives spans goes on.
public final class TraceFile: SpanExporter {
  /// The most requests whose spans wait to be written.
  private static let room = 256

  private struct State {
    var written = 0
    var dropped = 0
    var isStopped = false
  }

  private let path: String
  private let file: Int32
  private let resource: [String: Span.Value]
  private let queue: AsyncStream<[Span]>
  private let add: AsyncStream<[Span]>.Continuation
  private let state = Mutex(State())

  /// Opens the file, to go on at its end, or makes it for this user alone.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - resource: who the spans are of, such as `service.name`.
  /// - Throws: ``TraceFileError``.
  public init(path: String, resource: [String: Span.Value]) throws(TraceFileError) {
    self.path = path
    self.resource = resource
    // Not to wait for a pipe's reader.
    let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK
    file = unsafe open(path, flags, 0o600)
    (queue, add) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.room))
    guard file >= 0 else { throw TraceFileError(cannot: "open", path) }
  }

  deinit { if file >= 0 { close(file) } }

  /// Requests whose spans are in the file.
  public var written: Int { state.withLock { $0.written } }

  /// Requests whose spans are not, because the disk was too slow or full.
  public var dropped: Int { state.withLock { $0.dropped } }

  public func export(_ spans: [Span]) {
    if !state.withLock({ $0.isStopped }), case .enqueued = add.yield(spans) { return }
    state.withLock { $0.dropped += 1 }
  }

  /// Writes what comes until ``finish()``. It may wait for the disk, so it wants a thread of its
  /// own.
  ///
  /// - Parameter onFailure: called once at most, when the trace ends early.
  public func run(onFailure: (TraceFileError) -> Void) async {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    for await spans in queue {
      if state.withLock({ $0.isStopped }) {
        state.withLock { $0.dropped += 1 }
        continue
      }
      do throws(TraceFileError) {
        // Strings and finite numbers always encode.
        var line = try! encoder.encode(TraceExport(spans, resource: resource))
        line.append(UInt8(ascii: "\n"))
        try write(line)
        state.withLock { $0.written += 1 }
      } catch {
        state.withLock {
          $0.isStopped = true
          $0.dropped += 1
        }
        onFailure(error)
      }
    }
  }

  /// Lets ``run(onFailure:)`` write what waits and return.
  public func finish() { add.finish() }

  /// Writes a whole line or none of it.
  private func write(_ line: Data) throws(TraceFileError) {
    let size = lseek(file, 0, SEEK_END)
    var written = 0
    while written < line.count {
      let count = unsafe line.withUnsafeBytes { bytes in
        unsafe Glibc.write(file, bytes.baseAddress! + written, bytes.count - written)
      }
      if count > 0 {
        written += count
      } else if count == 0 || errno != EINTR {
        let error = TraceFileError(cannot: "write to", path)
        // Half a line would be no JSON; what is no regular file has no size to go back to.
        if size >= 0 { _ = ftruncate(file, size) }
        throw error
      }
    }
  }
}

/// A trace cannot be written.
public struct TraceFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Of the system: `errno`.
  public let code: Int32
  public let message: String

  /// Whether the disk is at fault, and not the path: the trace may be done without.
  public var isOfDisk: Bool { [ENOSPC, EDQUOT, EIO].contains(code) }

  init(cannot action: String, _ path: String) {
    code = errno
    let reason = unsafe String(cString: strerror(code))
    message = "cannot \(action) the trace \(path): \(reason); name another place with --trace"
  }

  public var description: String { message }
}
