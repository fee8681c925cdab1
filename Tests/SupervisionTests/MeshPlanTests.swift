import Glibc
import MeshAPI
import ServiceKit
import Supervision
import Testing

@Suite struct MeshPlanTests {
  let directory: TestDirectory
  let programs: String

  init() throws {
    directory = try TestDirectory()
    programs = directory.runtime.logs
    for role in ["dispatcher", "loader", "encoder", "decoder", "scorer", "gateway"] {
      let path = "\(programs)/captionmesh-\(role)"
      try LogFile.open(path).write("", to: path)
      _ = unsafe chmod(path, 0o700)
    }
  }

  private func plan(_ yaml: String = "", cores: Int = 4) throws -> MeshPlan {
    MeshPlan(
      try MeshConfiguration(yaml: yaml, file: "mesh.yaml", environment: [:]),
      configurationFile: "mesh.yaml", encoder: "resnet", store: "/store", model: "/model",
      directory: directory.runtime, programs: programs,
      environment: ["PATH": "/bin", "OMP_NUM_THREADS": "99"], cores: cores)
  }

  private func role(_ name: String, _ plan: MeshPlan) throws -> Role {
    try #require(try plan.roles().first { $0.name == name })
  }

  @Test func theDispatcherEndsFirst() throws {
    let roles = try plan().roles()
    #expect(
      roles.map(\.name) == ["dispatcher", "loader", "encoder", "decoder", "scorer", "gateway"])
    #expect(roles.map(\.stopOrder) == [0, 1, 1, 1, 1, 0])
    #expect(
      roles[0].command.arguments == [
        "--supervised", "--config", "mesh.yaml", "--log-format", "text",
      ])
  }

  @Test func aMeshMayHaveNoGateway() throws {
    let roles = try plan("gateway: {serve: off}").roles()
    #expect(!roles.map(\.name).contains("gateway"))
  }

  @Test(arguments: [
    ("loader", ["--encoder", "resnet", "--store", "/store"]),
    ("encoder", ["--encoder", "resnet", "--store", "/store", "--precision", "fp32"]),
    ("decoder", ["--model", "/model", "--precision", "fp32"]), ("scorer", []),
  ])
  func workersGetWhatTheyNeed(name: String, own: [String]) throws {
    let plan = try plan("stages: {\(WorkerRole(named: name)!.stage): {threads: 3, max_batch: 7}}")
    let command = try role(name, plan).command
    #expect(command.executable == "\(programs)/captionmesh-\(name)")
    let common = [
      "--dispatcher", "ipc://\(directory.runtime.path)/dispatcher.sock", "--supervised",
      "--threads", "3", "--max-batch", "7", "--log-level", "info", "--log-format", "text",
    ]
    #expect(command.arguments == common + own)
  }

  @Test func howToLogAndWhereToTraceIsHandedOn() throws {
    let plan = try plan("log_format: json\nlog_level: debug\ntrace: /t.jsonl")
    #expect(
      try role("dispatcher", plan).command.arguments.suffix(4) == [
        "--log-format", "json", "--trace", "/t.jsonl",
      ])
    for name in ["loader", "encoder", "decoder", "scorer"] {
      let arguments = try role(name, plan).command.arguments
      #expect(arguments.contains("json") && arguments.contains("debug"))
    }
  }

  @Test func childrenInheritTheEnvironmentButNotTheThreads() throws {
    let environment = try role("encoder", plan("stages: {encode: {workers: 2}}")).command
      .environment
    #expect(environment["PATH"] == "/bin")
    #expect(environment["OMP_NUM_THREADS"] == "2")
    #expect(environment["OPENBLAS_NUM_THREADS"] == "2")
    #expect(environment["CAPTIONMESH_RUNTIME"] == directory.runtime.path)
  }

  @Test(arguments: [
    (1, 1, 1), (4, 1, 4), (4, 2, 2), (4, 3, 1), (4, 9, 1), (16, 2, 8), (4, 0, 4),
  ])
  func encodersShareTheCores(cores: Int, count: Int, threads: Int) throws {
    #expect(try plan(cores: cores).threads(of: .encoder, count: count) == threads)
  }

  @Test func warnsOfMoreThreadsThanCores() throws {
    #expect(try plan("stages: {encode: {workers: 2}}").warnings == [])
    let warnings = try plan("stages: {encode: {workers: 2, threads: 4}}").warnings
    #expect(warnings.count == 1)
    #expect(warnings[0].hasPrefix("2 encoder processes with 4 threads each"))
  }

  @Test func aMissingProgramIsNamed() throws {
    _ = unsafe unlink("\(programs)/captionmesh-scorer")
    let error = #expect(throws: SupervisionError.self) { try plan().roles() }
    #expect(error?.code == .missingProgram)
    #expect(error?.message.contains("captionmesh-scorer") == true)
    #expect(error?.message.contains("Deploy/build") == true)
  }

  @Test func stagesHaveTheirProcessesNamesAndTheirOwn() {
    #expect(WorkerRole(named: "encoder") == .encoder)
    #expect(WorkerRole(named: "encode") == .encoder)
    #expect(WorkerRole(named: "dispatcher") == nil)
  }
}
