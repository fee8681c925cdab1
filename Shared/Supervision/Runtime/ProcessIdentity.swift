import Glibc

/// A process id together with when the process started, so that another process that has the id
/// later is not taken for it.
public struct ProcessIdentity: Hashable, Sendable {
  public let pid: Int32
  /// In clock ticks since the machine started (proc(5), field 22 of /proc/PID/stat).
  public let startTime: UInt64

  public init(pid: Int32, startTime: UInt64) {
    self.pid = pid
    self.startTime = startTime
  }

  /// The process that has the id now; nil when there is none, or one that has ended and only waits
  /// to be reaped.
  public init?(pid: Int32) {
    let path = "/proc/\(pid)/stat"
    guard pid > 0, let file = try? FileDescriptor(path: path, O_RDONLY),
      let bytes = try? file.read(limit: 4096, from: path)
    else { return nil }
    // The second field is the program's name in parentheses, which may hold anything.
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count >= 20, !["Z", "X"].contains(fields[0]), let startTime = UInt64(fields[19])
    else { return nil }
    self.init(pid: pid, startTime: startTime)
  }

  public static var current: ProcessIdentity { ProcessIdentity(pid: getpid())! }

  public var isAlive: Bool { ProcessIdentity(pid: pid) == self }

  /// Sends a signal to the process, unless it has ended.
  ///
  /// - Parameters:
  ///   - signal: its number.
  ///   - toGroup: to all of the process group that it leads.
  public func signal(_ signal: Int32, toGroup: Bool = false) {
    if isAlive { kill(toGroup ? -pid : pid, signal) }
  }

  /// Waits until the process has ended.
  ///
  /// - Returns: whether it has.
  public func hasEnded(within time: Duration) async -> Bool {
    let deadline = ContinuousClock.now + time
    while isAlive {
      guard ContinuousClock.now < deadline else { return false }
      try? await Task.sleep(for: .milliseconds(10))
    }
    return true
  }
}
