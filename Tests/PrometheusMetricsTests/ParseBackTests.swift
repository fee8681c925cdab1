import CoreMetrics
import PrometheusMetrics
import Testing

/// Whatever is recorded under whatever names, the text says it, and nothing else.
@Suite struct ParseBackTests {
  @Test(arguments: [UInt64.random(in: 0...999_999)])
  func theTextSaysWhatWasRecorded(seed: UInt64) throws {
    for sequence in 0..<200 {
      var random = SeededGenerator(state: seed + UInt64(sequence))
      var world = RandomMetrics(&random)
      for _ in 0..<Int.random(in: 0...60, using: &random) { world.step(&random) }
      let read: Exposition
      do {
        read = try Exposition(world.registry.text)
      } catch {
        Issue.record("seed \(seed), sequence \(sequence): \(error)")
        return
      }
      if let difference = world.difference(from: read) {
        Issue.record("seed \(seed), sequence \(sequence): \(difference)")
        return
      }
    }
  }
}

/// Metrics of every kind, with a plain account beside them of what was recorded.
private struct RandomMetrics {
  struct Key: Hashable {
    var name: String
    var labels: [String: String]
  }

  static let bounds = [0.5, 2, 10]

  let registry: PrometheusRegistry
  let help: String
  var counters: [Key: Double] = [:]
  var gauges: [Key: Double] = [:]
  var histograms: [Key: [Double]] = [:]
  private let values: [String]

  init(_ random: inout SeededGenerator) {
    help = Self.text(&random)
    values = (0..<4).map { _ in Self.text(&random) }
    registry = PrometheusRegistry(
      ["a_total", "b", "c_seconds"].map {
        [help] in MetricDescription($0, help, buckets: Self.bounds)
      })
  }

  mutating func step(_ random: inout SeededGenerator) {
    var labels: [String: String] = [:]
    for name in ["stage", "state"] where Bool.random(using: &random) {
      labels[name] = values.randomElement(using: &random)!
    }
    let dimensions = labels.map { ($0, $1) }.shuffled(using: &random)
    switch Int.random(in: 0...3, using: &random) {
    case 0:
      let amount = Int.random(in: 0...1_000_000_000_000, using: &random)
      Counter(label: "a_total", dimensions: dimensions, factory: registry).increment(by: amount)
      counters[Key(name: "a_total", labels: labels), default: 0] += Double(amount)
    case 1:
      let value = [-1e300, -0.25, 1e-5, 0, 3, 123_456.789, .infinity].randomElement(using: &random)!
      Gauge(label: "b", dimensions: dimensions, factory: registry).record(value)
      gauges[Key(name: "b", labels: labels)] = value
    case 2:
      let nanoseconds = Int64.random(in: 0...20_000_000_000, using: &random)
      Timer(label: "c_seconds", dimensions: dimensions, factory: registry)
        .recordNanoseconds(nanoseconds)
      histograms[Key(name: "c_seconds", labels: labels), default: []]
        .append(Double(nanoseconds) / 1e9)
    default:
      let value = Double(Int.random(in: 0...12, using: &random))
      Recorder(label: "d", dimensions: dimensions, factory: registry).record(value)
      histograms[Key(name: "d", labels: labels), default: []].append(value)
    }
  }

  /// What the text says otherwise than it should; nil when it says all and no more.
  func difference(from read: Exposition) -> String? {
    var expected = counters.merging(gauges) { first, _ in first }
    for (key, values) in histograms {
      let bounds = key.name == "d" ? MetricDescription.seconds : Self.bounds
      for bound in bounds + [.infinity] {
        var labels = key.labels
        labels["le"] =
          bound.isInfinite ? "+Inf" : bound == bound.rounded() ? "\(Int(bound))" : "\(bound)"
        expected[Key(name: key.name + "_bucket", labels: labels)] =
          Double(values.filter { $0 <= bound }.count)
      }
      expected[Key(name: key.name + "_sum", labels: key.labels)] = values.reduce(0, +)
      expected[Key(name: key.name + "_count", labels: key.labels)] = Double(values.count)
    }
    for (key, value) in expected where read.value(key.name, key.labels) != value {
      return "\(key): \(String(describing: read.value(key.name, key.labels))), not \(value)"
    }
    if read.samples.count != expected.count {
      return "\(read.samples.count) samples, not \(expected.count)"
    }
    let described = read.helps.filter { $0.key != "d" }
    return described.values.allSatisfy { $0 == help } ? nil : "another help than \(help)"
  }

  /// A text of what texts have trouble with.
  private static func text(_ random: inout SeededGenerator) -> String {
    let scalars = Array("ab0 \n\r\t\\\"{}=,#+é😀\u{2028}\u{0}\u{301}".unicodeScalars)
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...12, using: &random) {
      text.append(scalars.randomElement(using: &random)!)
    }
    return String(text)
  }
}

/// Steele, Lea and Flood's SplitMix64 (2014).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
