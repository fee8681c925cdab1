import ArgumentParser
import GRPCCore
import Glibc

/// Runs the command and turns what it throws into a line and an exit code.
@main
enum Main {
  static func main() async {
    do {
      var command = try CaptionMesh.parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      exit(report(error))
    }
  }

  /// Says what went wrong and returns the exit code.
  private static func report(_ error: any Error) -> Int32 {
    if let error = error as? RPCError {
      printError("error: \(error.code): \(error.message)")
      if error.code == .unavailable {
        printError("`Deploy/mesh up` starts a mesh; --dispatcher ADDRESS names another one")
      }
      let passes: [RPCError.Code] = [.unavailable, .resourceExhausted]
      return passes.contains(error.code) ? ExitStatus.tryAgain : ExitStatus.failed
    }
    let code = CaptionMesh.exitCode(for: error)
    switch code {
    case .success:
      print(CaptionMesh.message(for: error))
      return 0
    case .validationFailure:
      printText(CaptionMesh.fullMessage(for: error))
      return ExitStatus.usage
    default:
      // A command that has already said what failed throws its exit code alone.
      if !(error is ExitCode) { printError("error: \(error)") }
      return code.rawValue
    }
  }

  private static func printText(_ text: String) {
    let bytes = Array("\(text)\n".utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
