import FoundationEssentials
import Glibc

/// This process, for those who look at the mesh from outside.
public enum ThisProcess {
  /// The program's version.
  public static let build = "0.1.0"

  public static var environment: [String: String] { ProcessInfo.processInfo.environment }

  public static var pid: Int { Int(getpid()) }

  /// The memory that the process occupies (proc(5): /proc/PID/statm, the second field, in pages).
  public static var residentBytes: Int { residentBytes(of: pid) ?? 0 }

  /// The same of any process; nil when there is none.
  public static func residentBytes(of pid: Int) -> Int? {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8),
      let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { return nil }
    return pages * sysconf(Int32(_SC_PAGESIZE))
  }

  /// The processors' time that a process took so far, by default this one (proc(5):
  /// /proc/PID/stat, utime and stime); nil when there is none.
  public static func processorTime(of pid: Int = pid) -> Duration? {
    // The program's name, in parentheses, may hold spaces.
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[end...].split(separator: " ")
    guard fields.count > 13, let user = Int(fields[12]), let system = Int(fields[13]) else {
      return nil
    }
    return .milliseconds((user + system) * 1000 / sysconf(Int32(_SC_CLK_TCK)))
  }

  /// The machine's name.
  public static var host: String {
    var name = [UInt8](repeating: 0, count: 256)
    let status = unsafe name.withUnsafeMutableBytes { bytes in
      unsafe gethostname(bytes.baseAddress!, bytes.count - 1)
    }
    return status == 0 ? String(decoding: name.prefix { $0 != 0 }, as: UTF8.self) : "unknown"
  }

  /// The cores that this process may use: those that it is allowed to run on, or fewer where a
  /// container's share of them is less (cgroup v2, cpu.max: microseconds of "QUOTA PERIOD").
  public static var cores: Int {
    let allowed = ProcessInfo.processInfo.activeProcessorCount
    let limit = try? String(contentsOfFile: "/sys/fs/cgroup/cpu.max", encoding: .utf8)
    return max(1, min(allowed, limit.flatMap(quota) ?? allowed))
  }

  /// The whole cores of a cpu.max; nil when there is no limit.
  package static func quota(_ limit: String) -> Int? {
    let numbers = limit.split { $0.isWhitespace }.map { Int($0) }
    guard numbers.count == 2, let quota = numbers[0], let period = numbers[1], period > 0 else {
      return nil
    }
    return quota / period
  }
}
