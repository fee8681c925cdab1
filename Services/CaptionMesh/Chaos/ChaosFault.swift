import GRPCCore
import Glibc
import MeshAPI
import MessagePack
import ServiceKit
import Supervision
import Training

/// What can happen to a mesh.
enum ChaosFault: String, CaseIterable, Sendable {
  case killLoader = "kill loader"
  case killEncoder = "kill encoder"
  case killDecoder = "kill decoder"
  case stopWorker = "stop worker"
  case drainWorker = "drain worker"
  case killDispatcher = "kill dispatcher"
  case killClient = "kill client"
  case flood = "flood"
  case slowReader = "slow reader"
  case scale = "scale"
  case crashEverything = "crash everything"

  /// Whether what is in the mesh has to be answered again, or by others.
  var isMeasured: Bool {
    [.killDispatcher, .crashEverything].contains(self)
  }

  /// How often it comes among others.
  var weight: Int {
    switch self {
    case .killLoader, .killEncoder, .killDecoder, .stopWorker, .killDispatcher: 4
    case .drainWorker, .killClient, .flood, .slowReader, .scale: 2
    case .crashEverything: 1
    }
  }

  static func random(using random: inout SplitMix64) -> ChaosFault {
    allCases.flatMap { Array(repeating: $0, count: $0.weight) }.randomElement(using: &random)!
  }
}

/// Makes faults happen, each to its end.
struct ChaosFaults: Sendable {
  let mesh: ChaosMesh
  let ledger: ChaosLedger
  let photographs: [String]

  func make(_ fault: ChaosFault, _ random: inout SplitMix64) async throws {
    let workers = ["loader", "encoder", "decoder"].flatMap(mesh.processes)
    let worker = workers.randomElement(using: &random)
    await ledger.note(fault.rawValue)
    if fault.isMeasured { await ledger.awaitAnswer(after: fault.rawValue) }
    switch fault {
    case .killLoader: kill("loader", &random)
    case .killEncoder: kill("encoder", &random)
    case .killDecoder: kill("decoder", &random)
    case .killDispatcher: kill("dispatcher", &random)
    case .stopWorker:
      worker?.signal(SIGSTOP)
      let time = Duration.milliseconds(Int.random(in: 1000...4000, using: &random))
      try? await Task.sleep(for: time)
      worker?.signal(SIGCONT)
    case .drainWorker: worker?.signal(SIGTERM)
    case .killClient:
      let client = try mesh.start(["stream", "--json", "--window", "64"] + photographs)
      try? await Task.sleep(for: .milliseconds(Int.random(in: 100...1500, using: &random)))
      client.signal(SIGKILL)
    case .flood:
      try await ChaosOverload(mesh: mesh, ledger: ledger, photograph: photographs[0])
        .run(for: .seconds(2))
    case .slowReader: try await readSlowly(for: .seconds(4))
    case .scale:
      try await mesh.run(["mesh", "scale", "encoder=3"])
      try await mesh.run(["mesh", "scale", "encoder=2"])
    case .crashEverything:
      mesh.crash()
      try await mesh.up()
    }
  }

  private func kill(_ role: String, _ random: inout SplitMix64) {
    mesh.processes(of: role).randomElement(using: &random)?.signal(SIGKILL)
  }

  /// Sends photographs and hardly reads what comes back.
  private func readSlowly(for time: Duration) async throws {
    let client = try mesh.client()
    let photographs = try photographs.map { MessageBytes(try ImageFile.read($0)) }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { try? await client.runConnections() }
      group.addTask {
        try? await Captioner.Client(client).captionStream { writer in
          for (number, image) in photographs.enumerated() {
            try await writer.write(CaptionRequest(id: "slow-\(number)", image: image))
          }
        } replies: { replies in
          for try await _ in replies { try await Task.sleep(for: .milliseconds(500)) }
        }
      }
      try? await Task.sleep(for: time)
      group.cancelAll()
    }
  }
}
