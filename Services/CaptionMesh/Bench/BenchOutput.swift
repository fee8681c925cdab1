import ArgumentParser
import FoundationEssentials

/// How a bench command prints what it measured.
struct BenchOutput: ParsableArguments {
  @Flag(help: "Print a JSON object: milliseconds, of each measurement in turn.")
  var json = false

  private struct Object: Encodable {
    var milliseconds: [Double]
  }

  /// Prints the times of one thing done again and again.
  func print(_ what: String, _ times: [Duration]) throws {
    let milliseconds = times.map { $0 / .milliseconds(1) }
    if json {
      let object = try JSONEncoder().encode(Object(milliseconds: milliseconds))
      return Swift.print(String(decoding: object, as: UTF8.self))
    }
    let sorted = milliseconds.sorted()
    func share(_ share: Double) -> String {
      "\(sorted[min(Int(share * Double(sorted.count)), sorted.count - 1)].rounded(3)) ms"
    }
    Swift.print(
      "\(what): median \(share(0.5)), least \(share(0)), 99 in 100 within \(share(0.99)), "
        + "\(times.count) times")
  }
}
