import CoreMetrics
import PrometheusMetrics
import Testing

@Suite struct PrometheusRegistryTests {
  private let registry = PrometheusRegistry([
    MetricDescription("requests_total", "Requests by \"outcome\"\nand \\."),
    MetricDescription("wait_seconds", "Waiting.", buckets: [1, 0.1, 0.1, .infinity]),
  ])

  @Test func aCounterAGaugeAndAHistogramAreWrittenAsPrometheusWantsThem() {
    Counter(label: "requests_total", dimensions: [("outcome", "a\"b\\\n")], factory: registry)
      .increment(by: 3)
    Gauge(label: "depth", factory: registry).record(2.5)
    let timer = Timer(label: "wait_seconds", dimensions: [("stage", "load")], factory: registry)
    timer.recordNanoseconds(50_000_000)
    timer.recordNanoseconds(100_000_000)
    timer.recordNanoseconds(2_000_000_000)
    #expect(
      registry.text == """
        # HELP depth Not described.
        # TYPE depth gauge
        depth 2.5
        # HELP requests_total Requests by "outcome"\\nand \\\\.
        # TYPE requests_total counter
        requests_total{outcome="a\\"b\\\\\\n"} 3
        # HELP wait_seconds Waiting.
        # TYPE wait_seconds histogram
        wait_seconds_bucket{stage="load",le="0.1"} 2
        wait_seconds_bucket{stage="load",le="1"} 2
        wait_seconds_bucket{stage="load",le="+Inf"} 3
        wait_seconds_sum{stage="load"} 2.15
        wait_seconds_count{stage="load"} 3

        """)
  }

  @Test func equalLabelsAreOneSeries() throws {
    for dimensions in [[("a", "1"), ("b", "2")], [("b", "2"), ("a", "1")]] {
      Counter(label: "c_total", dimensions: dimensions, factory: registry).increment()
    }
    let read = try Exposition(registry.text)
    #expect(read.samples.count == 1)
    #expect(read.value("c_total", ["a": "1", "b": "2"]) == 2)
  }

  @Test func namesThatPrometheusForbidsAreChanged() throws {
    Counter(
      label: "9 lives-total", dimensions: [("le", "x"), ("__name__", "y"), ("é", "z")],
      factory: registry
    ).increment()
    let read = try Exposition(registry.text)
    #expect(
      read.value(
        "_9_lives_total", ["exported_le": "x", "exported___name__": "y", "_": "z"]) == 1)
  }

  @Test func aCounterNeverShrinks() throws {
    let counter = FloatingPointCounter(label: "c_total", factory: registry)
    for amount in [1.5, -1, .nan, .infinity] { counter.increment(by: amount) }
    #expect(try Exposition(registry.text).value("c_total") == 1.5)
  }

  @Test func aNameHasOneKind() throws {
    Counter(label: "thing", factory: registry).increment()
    Gauge(label: "thing", factory: registry).record(7)
    let read = try Exposition(registry.text)
    #expect(read.types == ["thing": "counter"])
    #expect(read.value("thing") == 1)
  }

  @Test func whatStrangersChooseAsLabelsDoesNotFillTheMemory() throws {
    for number in 0..<(PrometheusRegistry.seriesLimit + 50) {
      Counter(label: "c_total", dimensions: [("id", "\(number)")], factory: registry).increment()
    }
    #expect(try Exposition(registry.text).samples.count == PrometheusRegistry.seriesLimit)
  }

  @Test func whatIsDestroyedIsNotShown() {
    let gauge = Gauge(label: "depth", factory: registry)
    gauge.record(1)
    gauge.destroy()
    #expect(registry.text.isEmpty)
  }
}
