public import MessagePack

/// Asks for the health of a service: `grpc.health.v1.HealthCheckRequest` in msgpack.
public struct HealthCheckRequest: MessagePackMessage, Hashable {
  /// The service's full name, such as "captionmesh.v1.Captioner"; empty: the whole mesh.
  public var service: String

  public init(service: String = "") { self.service = service }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    service = try map.decodeIfPresent("service") ?? ""
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("service", service)
  }
}

/// `grpc.health.v1.HealthCheckResponse` in msgpack, with the status by its name.
public struct HealthCheckResponse: MessagePackMessage, Hashable {
  public enum Status: String, Sendable, MessagePackConvertible {
    case unknown = "UNKNOWN"
    case serving = "SERVING"
    case notServing = "NOT_SERVING"
    /// Only from Watch.
    case serviceUnknown = "SERVICE_UNKNOWN"
  }

  public var status: Status

  public init(_ status: Status) { self.status = status }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    status = try map.decode("status")
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("status", status)
  }
}
