import ArgumentParser
import GRPCCore
import Glibc

/// The exit codes that mean something.
enum ExitStatus {
  static let failed: Int32 = 1
  static let usage: Int32 = 2
  /// The mesh has no room or does not answer; the same command may succeed later.
  static let tryAgain: Int32 = 75
}

/// Prints one line to standard error.
func printError(_ message: String) {
  let bytes = Array("captionmesh: \(message)\n".utf8)
  _ = unsafe bytes.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
