extension Double {
  /// The number with so many digits after the point, as `0.2180`; “–” for what is no number.
  public func fixed(_ digits: Int) -> String {
    guard isFinite else { return isNaN ? "–" : self < 0 ? "−∞" : "∞" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = (magnitude * scale).rounded()
    // Numbers of this size have no digits after the point to speak of.
    guard scaled < 1e15 else { return "\(self)" }
    let whole = Int(scaled / scale)
    let sign = self < 0 && scaled > 0 ? "−" : ""
    guard digits > 0 else { return "\(sign)\(whole)" }
    let rest = String(Int(scaled) - whole * Int(scale))
    return "\(sign)\(whole)." + String(repeating: "0", count: digits - rest.count) + rest
  }

  /// The number with as many digits as it takes, powers of ten where it is very small: `0.05`,
  /// `4e-4`.
  public var short: String {
    if self == 0 || !isFinite { return fixed(0) }
    if magnitude >= 1e-3 { return trimmed(fixed(magnitude >= 100 ? 0 : magnitude >= 1 ? 2 : 4)) }
    var (mantissa, exponent) = (self, 0)
    while mantissa.magnitude < 0.9995 {
      mantissa *= 10
      exponent += 1
    }
    return "\(trimmed(mantissa.fixed(2)))e-\(exponent)"
  }

  private func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var text = text[...]
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return String(text)
  }
}
