extension Duration {
  /// What gRPC over HTTP/2 writes as `grpc-timeout`: at most eight digits and a unit.
  init?(grpcTimeout value: String) {
    let digits = value.utf8.dropLast()
    guard let unit = value.utf8.last, (1...8).contains(digits.count),
      digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let amount = Int64(value.dropLast())
    else { return nil }
    switch unit {
    case UInt8(ascii: "H"): self = .seconds(amount * 3_600)
    case UInt8(ascii: "M"): self = .seconds(amount * 60)
    case UInt8(ascii: "S"): self = .seconds(amount)
    case UInt8(ascii: "m"): self = .milliseconds(amount)
    case UInt8(ascii: "u"): self = .microseconds(amount)
    case UInt8(ascii: "n"): self = .nanoseconds(amount)
    default: return nil
    }
  }
}
