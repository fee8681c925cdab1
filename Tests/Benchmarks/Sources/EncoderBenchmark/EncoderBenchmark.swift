import Encoders
import Foundation
import Tensor

/// One side of the encoder benchmark: it encodes when it is told to, so that the other side can
/// have its turn in between. `encoders.py` is who tells.
///
///     EncoderBenchmark import STORE FILE ARCHITECTURE
///     EncoderBenchmark encode STORE NAME THREADS IMAGES BATCH SIZE
///
/// IMAGES is a file of float32 numbers, BATCH×3×SIZE×SIZE. When it has loaded the encoder it says
/// "ready". Then each line on the standard input is answered by one on the standard output: "run"
/// by milliseconds, "write FILE" by "done" after the features were written to FILE, "memory" by the
/// peak of the resident set in megabytes.
@main
struct EncoderBenchmark {
  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    switch arguments.first {
    case "import" where arguments.count == 4:
      _ = try EncoderStore(path: arguments[1]).importWeights(
        from: arguments[2], architecture: Architecture(named: arguments[3]))
    case "encode" where arguments.count == 7:
      let numbers = arguments.compactMap { Int($0) }
      let (threads, batch, size) = (numbers[0], numbers[1], numbers[2])
      try encode(
        with: EncoderStore(path: arguments[1]).load(arguments[2], threadCount: threads),
        images: floats(in: arguments[4], [batch, 3, size, size]))
    default:
      print("Tests/Benchmarks/run encoders starts this program.")
      exit(2)
    }
  }

  private static func encode(with encoder: ImageEncoder, images: Tensor) throws {
    var features = try encoder.encode(images)
    answer("ready")
    while let line = readLine() {
      let words = line.split(separator: " ", maxSplits: 1).map(String.init)
      switch words.first {
      case "run":
        let duration = try ContinuousClock().measure { features = try encoder.encode(images) }
        answer("\(duration / .milliseconds(1))")
      case "write" where words.count == 2:
        let bytes = features.bytes
        try unsafe bytes.withUnsafeBytes { try unsafe Data($0).write(to: URL(filePath: words[1])) }
        answer("done")
      case "memory": answer("\(try peakMegabytes())")
      default: fatalError("unknown command: \(line)")
      }
    }
  }

  /// Writes a line at once: the other side waits for it.
  private static func answer(_ line: String) {
    FileHandle.standardOutput.write(Data("\(line)\n".utf8))
  }

  private static func floats(in file: String, _ shape: Shape) throws -> Tensor {
    let data = try Data(contentsOf: URL(filePath: file))
    guard let tensor = Tensor(copying: data.bytes, shape: shape, elementType: .float32) else {
      fatalError("\(file) does not hold \(shape)")
    }
    return tensor
  }

  /// The high water mark of the resident set, as the kernel counts it.
  private static func peakMegabytes() throws -> Double {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
      if let kilobytes = line.split(whereSeparator: \.isWhitespace).compactMap({ Double($0) }).first
      {
        return kilobytes / 1000
      }
    }
    return .nan
  }
}
