import Glibc

/// Prints one line to standard output at once, so that whoever follows a long command through a pipe
/// or a file sees it as it comes.
func printLine(_ message: String) {
  let bytes = Array("\(message)\n".utf8)
  _ = unsafe bytes.withUnsafeBytes { unsafe write(STDOUT_FILENO, $0.baseAddress, $0.count) }
}
