import FoundationEssentials
import Glibc

/// This process, for those who look at the mesh from outside.
public enum ThisProcess {
  /// The program's version.
  public static let build = "0.1.0"

  public static var environment: [String: String] { ProcessInfo.processInfo.environment }

  public static var pid: Int { Int(getpid()) }

  /// The machine's name.
  public static var host: String {
    var name = [UInt8](repeating: 0, count: 256)
    let status = unsafe name.withUnsafeMutableBytes { bytes in
      unsafe gethostname(bytes.baseAddress!, bytes.count - 1)
    }
    return status == 0 ? String(decoding: name.prefix { $0 != 0 }, as: UTF8.self) : "unknown"
  }
}
