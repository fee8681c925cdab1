/// What `gateway:` in `mesh.yaml` says: the mesh's door for HTTP.
public struct GatewaySettings: Hashable, Sendable {
  /// Whether the mesh has a gateway.
  public var isOn = true
  /// Where it listens.
  public var address = "127.0.0.1"
  /// 0 for a free one.
  public var port = 8080
  /// Where gRPC over HTTP/2 is served, 0 for a free one; nil: nowhere.
  public var grpcPort: Int? = 8081
  /// PEM files for TLS; nil: without.
  public var certificate: String?
  public var privateKey: String?
  /// The file of bearer tokens; nil: whoever reaches the gateway may do everything.
  public var tokens: String?
  /// The pages, by their origins, that may call the gateway from a browser.
  public var origins: [String] = []
  /// The names that the gateway is called by beside addresses and localhost.
  public var hosts: [String] = []
  /// The dispatchers of other meshes, by their addresses, whose models the gateway serves beside
  /// those of its own mesh.
  public var meshes: [String] = []
  public var limits = Limits()

  /// The bounds that the gateway keeps.
  public struct Limits: Hashable, Sendable {
    /// Bytes of one request.
    public var requestBytes = 32 << 20
    /// Bytes of all requests that are held.
    public var bytes = 48 << 20
    /// Photographs of one request.
    public var images = 32
    /// Photographs in the mesh at a time; others wait here, by their priority.
    public var window = 96
    /// Photographs that wait here.
    public var queue = 512
    public var connections = 2_000
    /// How long sending a request may take.
    public var sendTimeout: Duration = .seconds(30)
    /// How long a photograph may take that names no time.
    public var requestTimeout: Duration = .seconds(60)

    public init() {}
  }

  public init() {}

  /// Whether only this machine reaches it.
  public var isLoopback: Bool {
    address == "localhost" || address == "::1" || address.hasPrefix("127.")
  }
}

extension GatewaySettings {
  init(_ section: inout ConfigurationSection) throws(ServiceError) {
    isOn = (try section.choice("serve", among: Switch.self) ?? .on) == .on
    if let value = try section.string("address") { address = value }
    if let value = try section.integer("port", in: 0...65_535) { port = value }
    let grpc = try section.choice("grpc", among: Switch.self) ?? .on
    let grpcPort = try section.integer("grpc_port", in: 0...65_535) ?? 8081
    self.grpcPort = grpc == .on ? grpcPort : nil
    certificate = try section.string("certificate")
    privateKey = try section.string("private_key")
    tokens = try section.string("tokens")
    origins = try section.strings("cors") ?? []
    hosts = try section.strings("hosts") ?? []
    meshes = try section.strings("meshes") ?? []
    limits = try Limits(&section)
  }
}

extension GatewaySettings.Limits {
  init(_ section: inout ConfigurationSection) throws(ServiceError) {
    if let value = try section.integer("request_megabytes", in: 1...1_024) {
      requestBytes = value << 20
    }
    if let value = try section.integer("megabytes", in: 1...65_536) { bytes = value << 20 }
    if let value = try section.integer("images", in: 1...10_000) { images = value }
    if let value = try section.integer("window", in: 1...10_000) { window = value }
    if let value = try section.integer("queue", in: 0...100_000) { queue = value }
    if let value = try section.integer("connections", in: 1...1_000_000) { connections = value }
    if let value = try section.integer("send_seconds", in: 1...86_400) {
      sendTimeout = .seconds(value)
    }
    if let value = try section.integer("request_seconds", in: 1...86_400) {
      requestTimeout = .seconds(value)
    }
  }
}
