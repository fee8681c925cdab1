import ArgumentParser
import FoundationEssentials
import ServiceKit

/// `captionmesh bench mesh`.
struct BenchMeshCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mesh",
    abstract: "Measure how a mesh grows with its encoders.",
    discussion: """
      Starts a dispatcher of its own and, for each number of encoders, as many workers as keep them \
      busy. The workers sleep for as long as their stage would take (--simulate), so that a machine \
      with few cores shows what the dispatcher and the transport can do for many. Each row is a \
      mesh of its own.

        captionmesh bench mesh --simulate
        captionmesh bench mesh --simulate --payload full --encoders 1,8,64

      The added wait of an image is its time in the mesh less what the stages slept for it.
      """)

  @Flag(help: "Workers sleep for as long as their stage takes instead of computing.")
  var simulate = false

  @Option(help: "Numbers of encoders.", transform: Self.numbers)
  var encoders = [1, 2, 4, 8, 16, 32, 64]

  @Option(help: "Seconds that each row is measured for, after one more to warm up.")
  var seconds: Double = 5

  @Option(help: "Milliseconds that a photograph takes a loader, an encoder and a decoder.")
  var stages = StageTimes(load: 2, encode: 25, decode: 10)

  @Option(
    help: """
      What goes from stage to stage: small messages, or full ones, a photograph of 60 kB, its \
      tensor of 256×256 and EfficientNet-Lite2's features.
      """)
  var payload = SimulatedPayload.Size.small

  @Option(help: "Photographs in hand, as a share of what the stages hold when all are busy.")
  var load: Double = 1.25

  @Option(help: "Write the rows to this file as JSON.")
  var json: String?

  func validate() throws {
    guard simulate else {
      throw ValidationError(
        "give --simulate; photographs through real workers are measured by Tests/Benchmarks/run mesh"
      )
    }
    guard seconds > 0, load >= 0.1, load <= 100 else {
      throw ValidationError("--seconds is more than 0, --load from 0.1 to 100")
    }
  }

  func run() async throws {
    if let json { try OutputPlace.check(json) }
    printLine(SimulationRow.heading)
    var rows: [SimulationRow] = []
    for count in encoders {
      let mesh = SimulatedMesh(
        encoders: count, stages: stages, payload: SimulatedPayload(payload), load: load)
      let row = try await mesh.measure(for: .milliseconds(Int(seconds * 1000)))
      printLine(row.text)
      rows.append(row)
    }
    if let json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      encoder.keyEncodingStrategy = .convertToSnakeCase
      try encoder.encode(rows).write(to: URL(filePath: json), options: .atomic)
    }
  }

  private static func numbers(_ text: String) throws -> [Int] {
    let numbers = text.split(separator: ",").map { Int($0) }
    guard !numbers.isEmpty, numbers.allSatisfy({ $0.map { (1...256).contains($0) } == true }) else {
      throw ValidationError("\(text): numbers from 1 to 256 with commas are expected")
    }
    return numbers.compactMap(\.self)
  }
}

/// Milliseconds of a photograph in each stage, written "2,25,10".
struct StageTimes: ExpressibleByArgument, CustomStringConvertible {
  var load: Double
  var encode: Double
  var decode: Double

  init(load: Double, encode: Double, decode: Double) {
    self.load = load
    self.encode = encode
    self.decode = decode
  }

  init?(argument: String) {
    let times = argument.split(separator: ",").map { Double($0) }
    guard times.count == 3, times.allSatisfy({ $0.map { $0 > 0 && $0 <= 10_000 } == true }) else {
      return nil
    }
    self.init(load: times[0]!, encode: times[1]!, decode: times[2]!)
  }

  /// Of all three.
  var sum: Double { load + encode + decode }

  var description: String { "\(load),\(encode),\(decode)" }
  var defaultValueDescription: String { description }
}
