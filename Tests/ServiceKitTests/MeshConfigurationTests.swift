import Logging
import MeshAPI
import ServiceKit
import Testing

@Suite struct MeshConfigurationTests {
  private func parse(
    _ yaml: String, _ environment: [String: String] = [:]
  ) throws -> MeshConfiguration {
    try MeshConfiguration(yaml: yaml, file: "mesh.yaml", environment: environment)
  }

  private func message(_ yaml: String, _ environment: [String: String] = [:]) -> String? {
    #expect(throws: ServiceError.self) { try parse(yaml, environment) }?.message
  }

  @Test func nothingHasToBeSaid() throws {
    let configuration = try parse("")
    #expect(try MeshConfiguration(environment: [:]) == configuration)
    #expect(configuration.addresses.count == 1)
    #expect(configuration.addresses[0].hasSuffix("/dispatcher.sock"))
    #expect(configuration.encoder == nil)
    #expect(configuration.stages[.load] == MeshConfiguration.StageSettings())
    #expect(configuration.stages[.encode]?.workers == min(2, ThisProcess.cores))
    #expect(configuration.stages[.score]?.maximumBatch == 1)
    #expect(configuration.limits == MeshConfiguration.Limits())
  }

  @Test func everythingCanBeSaid() throws {
    let configuration = try parse(
      """
      addresses: [ipc:///run/mesh.ipc, "tcp://0.0.0.0:7100"]
      keys: /keys
      log_level: debug
      log_format: json
      metrics: on
      metrics_port: 9464
      trace: /trace.jsonl
      fast_decode: on
      encoder: resnet101
      store: /encoders
      model: /captioner.safetensors
      stages:
        encode: {workers: 3, threads: 2, max_batch: 8, delay_ms: 7, queue: 16}
        decode:
          workers: 2
      limits:
        requests: 10
        client_requests: 5
        client_calls: 6
        client_megabytes: 7
        frame_megabytes: 8
        message_megabytes: 9
        megabytes: 2
        request_seconds: 5
        window: 6
        stall_seconds: 7
        attempts: 2
        drain_seconds: 9
      """)
    #expect(configuration.addresses == ["ipc:///run/mesh.ipc", "tcp://0.0.0.0:7100"])
    #expect(configuration.keys == "/keys")
    #expect(configuration.logLevel == .debug)
    #expect(configuration.logFormat == .json)
    #expect(configuration.metricsPort == 9464)
    #expect(configuration.trace == "/trace.jsonl")
    #expect(configuration.fastDecode)
    #expect(configuration.encoder == "resnet101")
    #expect(configuration.store == "/encoders")
    #expect(configuration.model == "/captioner.safetensors")
    var encode = MeshConfiguration.StageSettings()
    encode.workers = 3
    encode.threads = 2
    encode.maximumBatch = 8
    encode.delay = .milliseconds(7)
    encode.queue = 16
    #expect(configuration.stages[.encode] == encode)
    #expect(configuration.stages[.decode]?.workers == 2)
    #expect(configuration.stages[.load]?.workers == 1)
    var limits = MeshConfiguration.Limits()
    limits.requests = 10
    limits.clientRequests = 5
    limits.clientCalls = 6
    limits.clientBytes = 7 << 20
    limits.frameBytes = 8 << 20
    limits.messageBytes = 9 << 20
    limits.bytes = 2 << 20
    limits.requestTimeout = .seconds(5)
    limits.window = 6
    limits.stallTimeout = .seconds(7)
    limits.attempts = 2
    limits.drainTimeout = .seconds(9)
    #expect(configuration.limits == limits)
  }

  @Test(arguments: ["tcp://0.0.0.0:7100", "tcp://*:7100", "tcp://192.0.2.1:7100"])
  func anAddressOfOtherMachinesNeedsKeys(address: String) throws {
    let configuration = try parse("addresses: [ipc:///run/mesh.ipc, \"\(address)\"]")
    let error = #expect(throws: ServiceError.self) {
      try configuration.serverSecurity(
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        environment: ["XDG_CONFIG_HOME": "/nowhere"])
    }
    #expect(error?.message.hasPrefix(address) == true)
    #expect(error?.message.contains("captionmesh keys init") == true)
  }

  @Test(arguments: ["tcp://127.0.0.1:7100", "ipc:///run/mesh.ipc"])
  func anAddressOfThisMachineNeedsNone(address: String) throws {
    let security = try parse("addresses: \(address)").serverSecurity(
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      environment: ["XDG_CONFIG_HOME": "/nowhere"])
    #expect(security == nil)
  }

  @Test func metricsCanBeTurnedOff() throws {
    #expect(try parse("").metricsPort == 0)
    #expect(try !parse("").fastDecode)
    #expect(try parse("metrics: off\nmetrics_port: 9464").metricsPort == nil)
    #expect(try parse("", ["CAPTIONMESH_METRICS": "off"]).metricsPort == nil)
  }

  @Test func oneAddressNeedsNoList() throws {
    #expect(try parse("addresses: ipc:///a.ipc").addresses == ["ipc:///a.ipc"])
  }

  @Test func theEnvironmentGoesBeforeTheFile() throws {
    let configuration = try parse(
      "stages: {encode: {workers: 3}}\nencoder: one",
      [
        "CAPTIONMESH_STAGES_ENCODE_WORKERS": "5", "CAPTIONMESH_ENCODER": "two",
        "CAPTIONMESH_ADDRESSES": "ipc:///a.ipc, ipc:///b.ipc", "CAPTIONMESH_SHARED": "/elsewhere",
      ])
    #expect(configuration.stages[.encode]?.workers == 5)
    #expect(configuration.encoder == "two")
    #expect(configuration.addresses == ["ipc:///a.ipc", "ipc:///b.ipc"])
  }

  @Test func theDefaultAddressIsTheUsersOwn() throws {
    let configuration = try parse("", ["XDG_RUNTIME_DIR": "/run/user/7"])
    #expect(configuration.addresses == ["ipc:///run/user/7/captionmesh/dispatcher.sock"])
  }

  @Test func aKeyThatIsNotKnownIsRefusedWithItsLine() {
    #expect(
      message("encoder: a\nencodr: b")?.hasPrefix("mesh.yaml:2: there is no setting encodr") == true
    )
    #expect(
      message("stages:\n  encode:\n    threds: 2")
        == "mesh.yaml:3: there is no setting stages.encode.threds; known here are workers, "
        + "threads, max_batch, delay_ms, queue")
    #expect(message("stages: {paint: {}}")?.contains("stages.paint") == true)
  }

  @Test(arguments: [
    ("stages:\n  encode: {workers: two}", "mesh.yaml:2: stages.encode.workers: \"two\""),
    ("stages:\n  encode: {threads: 0}", "mesh.yaml:2: stages.encode.threads: \"0\""),
    ("limits:\n\n  requests: 1.5", "mesh.yaml:3: limits.requests: \"1.5\""),
    ("limits: {window: [1]}", "mesh.yaml:1: limits.window has to be one value"),
    ("log_level: loud", "mesh.yaml:1: log_level: \"loud\" is none of trace"),
    ("limits: 5", "mesh.yaml:1: limits has to be keys and values"),
    ("- a", "mesh.yaml:1: has to be keys and values"),
    ("a: [1", "mesh.yaml:2: "),
    ("encoder: a\nencoder: b", "mesh.yaml:"),
  ])
  func whatMakesNoSenseIsRefusedWithItsLine(yaml: String, start: String) {
    let message = message(yaml)
    #expect(message?.hasPrefix(start) == true, "\(message ?? "")")
  }

  /// Lists of two lists of two lists: 2³⁰ of them where they are compared as keys.
  @Test func aliasesDoNotMultiply() {
    var yaml = "a0: &a0 [x, x]\n"
    for level in 1..<30 { yaml += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    #expect(message(yaml + "? *a29\n: 1\n? [*a29]\n: 2\n")?.contains("aliases") == true)
  }

  @Test func aFewAliasesAreRead() throws {
    let configuration = try parse(
      "stages:\n  load: &some {workers: 3}\n  decode: *some\nencoder: a*b *c\n")
    #expect(configuration.stages[.decode]?.workers == 3)
    #expect(configuration.encoder == "a*b *c")
  }

  @Test func whatMakesNoSenseInTheEnvironmentIsRefusedByItsName() {
    let message = message("", ["CAPTIONMESH_LIMITS_WINDOW": "wide"])
    #expect(message?.hasPrefix("CAPTIONMESH_LIMITS_WINDOW: \"wide\"") == true)
  }

  @Test func aFileThatIsNotThereIsNamed() {
    let error = #expect(throws: ServiceError.self) {
      try MeshConfiguration.load("/nowhere/mesh.yaml", environment: [:])
    }
    #expect(error?.message.hasPrefix("/nowhere/mesh.yaml: ") == true)
  }
}
