import GRPCCore

extension Metadata {
  /// The time that the client gives the call, as gRPC's `grpc-timeout` says it: at most eight
  /// digits and a unit. GRPCCore reads it too, but keeps it to itself.
  var callTimeout: Duration? {
    guard let text = self[stringValues: "grpc-timeout"].first(where: { _ in true }),
      (2...9).contains(text.utf8.count), let unit = text.last,
      text.dropLast().utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let amount = Int64(text.dropLast())
    else { return nil }
    switch unit {
    case "H": return .seconds(amount * 3600)
    case "M": return .seconds(amount * 60)
    case "S": return .seconds(amount)
    case "m": return .milliseconds(amount)
    case "u": return .microseconds(amount)
    case "n": return .nanoseconds(amount)
    default: return nil
    }
  }
}
