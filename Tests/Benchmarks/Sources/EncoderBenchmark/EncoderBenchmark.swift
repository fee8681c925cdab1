import CPeak
import Dispatch
import Encoders
import Foundation
import Synchronization
import Tensor

/// One side of the encoder benchmark: it encodes when it is told to, so that the other side can
/// have its turn in between. `encoders.py` is who tells.
///
///     EncoderBenchmark import STORE FILE ARCHITECTURE
///     EncoderBenchmark quantize STORE NAME THREADS IMAGES BATCH SIZE
///     EncoderBenchmark encode STORE NAME THREADS IMAGES BATCH SIZE PRECISION
///     EncoderBenchmark peak THREADS
///
/// IMAGES is a file of float32 numbers, BATCH×3×SIZE×SIZE. `quantize` writes int8 weights with steps
/// chosen on such images. `peak` prints what the threads multiply and add together in their
/// registers: operations a second in float32, bfloat16 and int8, 0 where there is no instruction.
///
/// `encode` serves: when it has loaded the encoder it says
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
    case "quantize" where arguments.count == 7:
      let numbers = arguments.compactMap { Int($0) }
      let (threads, batch, size) = (numbers[0], numbers[1], numbers[2])
      let images = try floats(in: arguments[4], [batch, 3, size, size])
      try EncoderStore(path: arguments[1]).quantize(
        arguments[2], images: (0..<batch).map { images[$0] }, threadCount: threads)
    case "encode" where arguments.count == 8:
      let numbers = arguments.compactMap { Int($0) }
      let (threads, batch, size) = (numbers[0], numbers[1], numbers[2])
      try encode(
        with: EncoderStore(path: arguments[1]).load(
          arguments[2], precision: PrecisionChoice(rawValue: arguments[7])!, threadCount: threads),
        images: floats(in: arguments[4], [batch, 3, size, size]))
    case "peak" where arguments.count == 2: printPeaks(threads: Int(arguments[1])!)
    default:
      print("Tests/Benchmarks/run encoders starts this program.")
      exit(2)
    }
  }

  /// The best of a few tries: whatever else runs can only take away from it.
  private static func printPeaks(threads: Int) {
    let peaks = [peak_float32, peak_bfloat16, peak_int8].map { measure in
      (0..<5).map { _ in
        let parts = Mutex<[Double]>([])
        DispatchQueue.concurrentPerform(iterations: threads) { _ in
          let part = measure()
          parts.withLock { $0.append(part) }
        }
        return parts.withLock { $0.reduce(0, +) }
      }.max()!
    }
    print(peaks.map { "\($0)" }.joined(separator: " "))
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
