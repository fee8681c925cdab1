import Compute
import Testing

@Suite struct HalfPrecisionTests {
  private func expectAgreement(_ values: [Float]) {
    var rounded = [Float16](repeating: 0, count: values.count)
    var span = rounded.mutableSpan
    HalfPrecision.narrow(values.span, into: &span)
    for (value, half) in zip(values, rounded) {
      let expected = Float16(value)
      if expected.isNaN ? !half.isNaN : half.bitPattern != expected.bitPattern {
        Issue.record("\(value): \(half), not \(expected)")
      }
    }
  }

  @Test func everyHalfAndWhatLiesAroundItAndBetween() {
    var values: [Float] = []
    for bits in UInt16.min...UInt16.max {
      let half = Float(Float16(bitPattern: bits))
      let middle = (half + Float(Float16(bitPattern: bits &+ 1))) / 2
      for value in [half, middle] { values += [value, value.nextUp, value.nextDown] }
    }
    expectAgreement(values)
  }

  @Test func numbersThatHalvesCannotHold() {
    expectAgreement([
      .nan, .signalingNaN, .infinity, -.infinity, .greatestFiniteMagnitude, 65519.996, 65520, 65536,
      -65520, .leastNonzeroMagnitude, 2.9802322e-08, 2.980233e-08, -0.0, 0,
    ])
  }

  @Test func anyLength() {
    for count in 0...40 { expectAgreement((0..<count).map { Float($0) / 7 }) }
  }
}
