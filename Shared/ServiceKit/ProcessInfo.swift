import Glibc

/// This process, for those who look at the mesh from outside.
enum ProcessInfo {
  static var pid: Int { Int(getpid()) }

  /// The machine's name.
  static var host: String {
    var name = [UInt8](repeating: 0, count: 256)
    let status = unsafe name.withUnsafeMutableBytes { bytes in
      unsafe gethostname(bytes.baseAddress!, bytes.count - 1)
    }
    return status == 0 ? String(decoding: name.prefix { $0 != 0 }, as: UTF8.self) : "unknown"
  }
}

/// The program's version.
public enum Build {
  public static let version = "0.1.0"
}
