import Testing

@testable import Drawing

@Suite("Numbers on charts")
struct ScaleTests {
  @Test(
    "digits after the point",
    arguments: [
      (0.21834, 4, "0.2183"), (0, 2, "0.00"), (-0.005, 1, "0.0"), (-1.25, 1, "−1.3"),
      (12.0, 0, "12"), (0.999, 2, "1.00"), (1e20, 2, "1e+20"), (.nan, 2, "–"), (.infinity, 1, "∞"),
    ])
  func fixed(value: Double, digits: Int, text: String) { #expect(value.fixed(digits) == text) }

  @Test(
    "as many digits as it takes",
    arguments: [
      (0.0, "0"), (4e-4, "4e-4"), (3.2e-4, "3.2e-4"), (0.05, "0.05"), (0.6135, "0.6135"),
      (2.7, "2.7"), (3813.07, "3813"), (9.999e-5, "1e-4"), (-5e-5, "−5e-5"),
    ])
  func short(value: Double, text: String) { #expect(value.short == text) }

  @Test("ticks are round and reach around the values")
  func ticks() {
    let scale = Scale([0.166, 0.2256], from: 100, to: 0, ticks: 4)
    #expect(scale.labels == ["0.16", "0.18", "0.20", "0.22", "0.24"])
    #expect(scale.place(0.16) == 100)
    let whole = Scale([1, 2, 3], from: 0, to: 10, ticks: 8, wholeOnly: true)
    #expect(whole.labels == ["1", "2", "3"])
  }

  @Test(
    "any numbers have a scale",
    arguments: [
      [], [0], [5], [-3, -3], [1e-12, 2e-12], [0, 1e12], [1, 1 + 1e-15], [1e300, -1e300],
    ] as [[Double]])
  func anyNumbers(values: [Double]) {
    for wholeOnly in [false, true] {
      let scale = Scale(values, from: 0, to: 100, ticks: 4, wholeOnly: wholeOnly)
      #expect(scale.ticks.count < 50)
      for value in values { #expect((-1e-6...100 + 1e-6).contains(scale.place(value))) }
    }
  }

  @Test("a chart without a number is drawn as such")
  func emptyChart() throws {
    let sheet = ChartSheet(
      "nothing", [Chart("loss", xLabel: "epoch", series: [.init("a", [nil, nil], color: 0)])])
    #expect(try sheet.file(.png(scale: 1)).count > 500)
  }
}
