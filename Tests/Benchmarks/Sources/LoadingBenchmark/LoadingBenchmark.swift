import Foundation
import Imaging
import Tensor

/// One side of the loading benchmark: it turns photographs into an encoder's input when it is told
/// to, so that the other sides can have their turn in between. `loading.py` is who tells.
///
///     LoadingBenchmark PREPROCESSING exact|reduced|decoded FILE…
///
/// "reduced" decodes photographs that are much too large at a part of their size; "decoded" does no
/// more than decoding.
/// When it has read the files into memory it says "ready". Then each line on the standard input is
/// answered by one on the standard output: "run" by the milliseconds a photograph took, in one
/// thread, "write FILE" by "done" after the last photograph's tensor was written to FILE.
@main
struct LoadingBenchmark {
  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard arguments.count > 2, let preprocessing = Preprocessing(fingerprint: arguments[0]) else {
      print("Tests/Benchmarks/run loading starts this program.")
      exit(2)
    }
    var decoder = ImageDecoder.serving
    decoder.detail = arguments[1] == "reduced" ? .enough : .full
    let files = try arguments.dropFirst(2).map {
      ($0, [UInt8](try Data(contentsOf: URL(filePath: $0))))
    }
    let chosen = decoder
    func load(_ file: (name: String, bytes: [UInt8])) throws -> Tensor {
      if arguments[1] == "decoded" {
        return try unsafe chosen.decode(file.bytes.span.bytes, name: file.name).pixels
      }
      return try unsafe preprocessing.tensor(
        from: file.bytes.span.bytes, name: file.name, decoder: chosen)
    }
    var last = try load(files[0])
    answer("ready")
    while let line = readLine() {
      let words = line.split(separator: " ", maxSplits: 1).map(String.init)
      switch words.first {
      case "run":
        let duration = try ContinuousClock().measure {
          for file in files { last = try load(file) }
        }
        answer("\(duration / .milliseconds(1) / Double(files.count))")
      case "write" where words.count == 2:
        let bytes = last.bytes
        try unsafe bytes.withUnsafeBytes { try unsafe Data($0).write(to: URL(filePath: words[1])) }
        answer("done")
      default: fatalError("unknown command: \(line)")
      }
    }
  }

  /// Writes a line at once: the other side waits for it.
  private static func answer(_ line: String) {
    FileHandle.standardOutput.write(Data("\(line)\n".utf8))
  }
}
