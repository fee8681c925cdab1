import ArgumentParser
import FoundationEssentials
import GRPCCore
import Glibc
import MeshAPI
import ServiceKit
import Supervision
import Training

/// `captionmesh mesh chaos`, which `Deploy/chaos` runs.
struct ChaosCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chaos",
    abstract: "Kill, stop, flood and restart a mesh at random and check every answer.",
    discussion: """
      Starts a mesh of its own, captions all photographs undisturbed, and then again and again \
      while faults happen to the mesh; each answer has to come once and be the undisturbed one. \
      Prints a table at the end. Exits 1 when an answer was lost, wrong or came twice, or when \
      something was left of the mesh.
      """,
    shouldDisplay: false)

  @Option(help: "How long faults are made.")
  var minutes: Double = 2

  @Option(help: "Folder of photographs; by default synthetic ones.")
  var images: String?

  @Option(help: "At most so many photographs.")
  var count = 60

  @Option(help: "Seed of what happens; by default another one each time.")
  var seed: UInt64?

  @Option(help: "Clients that caption at the same time.")
  var clients = 3

  @Flag(help: "Ask for ten times what the mesh can do instead, and measure what it does then.")
  var overload = false

  @OptionGroup var settings: MeshSettings

  func validate() throws {
    guard minutes > 0, minutes <= 100_000, count > 0, clients > 0 else {
      throw ValidationError("--minutes, --count and --clients are more than 0")
    }
  }

  func run() async throws {
    let seed = seed ?? UInt64.random(in: 0...999_999)
    print("seed \(seed)")
    let mesh = ChaosMesh(settings: settings.arguments)
    try mesh.directory.create()
    let paths = try photographs(in: mesh.directory.path, seed: seed)
    try await mesh.up()
    let outcome: Result<ChaosLedger, any Error>
    do {
      let expected = try await undisturbed(mesh, paths)
      let ledger = ChaosLedger(expected: expected)
      if overload {
        try await measureOverload(mesh, paths[0], ledger)
      } else {
        try await disturb(mesh, paths, ledger, seed: seed)
      }
      outcome = .success(ledger)
    } catch {
      outcome = .failure(error)
    }
    let left = try await mesh.down()
    let ledger = try outcome.get()
    print(await ledger.table)
    for remainder in left { print("left behind: \(remainder)") }
    let (sent, right, twice) = await (ledger.sent, ledger.right, ledger.twice)
    if overload, await ledger.peak(of: "dispatcher-1") > 512 << 20 {
      print("the dispatcher took more than 512 MB")
      throw ExitCode(ExitStatus.failed)
    }
    if right != sent || twice > 0 || !left.isEmpty { throw ExitCode(ExitStatus.failed) }
  }

  /// Good photographs, and files that are none.
  private func photographs(in folder: String, seed: UInt64) throws -> [String] {
    var paths: [String] = []
    if let images {
      paths = try FileManager.default.contentsOfDirectory(atPath: images).sorted()
        .filter {
          ImagePaths.extensions.contains($0.split(separator: ".").last?.lowercased() ?? "")
        }
        .prefix(count).map { "\(images)/\($0)" }
      guard !paths.isEmpty else { throw ValidationError("there are no photographs in \(images)") }
    } else {
      paths = try SyntheticPhotographs.write(count, to: folder, seed: seed)
    }
    let whole = try ImageFile.read(paths[0])
    for (name, bytes) in [
      ("empty.jpg", []), ("short.jpg", Array(whole.prefix(whole.count / 2))),
      ("text.png", Array("not a photograph".utf8)),
    ] {
      let path = "\(folder)/\(name)"
      try Data(bytes).write(to: URL(filePath: path))
      paths.append(path)
    }
    return paths
  }

  /// What the mesh answers when nothing happens to it.
  private func undisturbed(
    _ mesh: ChaosMesh, _ paths: [String]
  ) async throws -> [String: String] {
    let answers = ChaosAnswers()
    let client = try mesh.client()
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { try await client.runConnections() }
      _ = try await stream(paths).run(Captioner.Client(client)) { item, reply in
        await answers.add(item.path, ChaosLedger.text(of: reply))
      }
      client.beginGracefulShutdown()
    }
    return await answers.byPath
  }

  private func stream(_ paths: [String]) -> CaptionStream<AsyncPaths> {
    CaptionStream(
      paths: AsyncPaths(paths: paths), options: DecodeOptions(), window: 24,
      patience: .seconds(60), firstPatience: .seconds(60))
  }

  /// Captions everything again and again while faults are made.
  private func disturb(
    _ mesh: ChaosMesh, _ paths: [String], _ ledger: ChaosLedger, seed: UInt64
  ) async throws {
    let end = ContinuousClock.now + .milliseconds(Int(minutes * 60_000))
    try await withThrowingTaskGroup(of: Void.self) { group in
      let weighing = weighing(mesh, ledger)
      for number in 0..<clients {
        group.addTask { try await load(mesh, paths, ledger, until: end, seed: seed, number) }
      }
      group.addTask {
        var random = SplitMix64(seed: seed)
        let faults = ChaosFaults(
          mesh: mesh, ledger: ledger, photographs: paths.filter { $0.hasSuffix(".jpg") })
        while ContinuousClock.now < end {
          let pause = Int.random(in: 2000...4000, using: &random)
          try await Task.sleep(for: .milliseconds(pause))
          try await faults.make(.random(using: &random), &random)
        }
      }
      try await group.waitForAll()
      weighing.cancel()
    }
    await weigh(mesh, ledger)
  }

  /// A tenth of the time with as many calls as the mesh admits, the rest with many more.
  private func measureOverload(
    _ mesh: ChaosMesh, _ photograph: String, _ ledger: ChaosLedger
  ) async throws {
    let weighing = weighing(mesh, ledger)
    defer { weighing.cancel() }
    var load = ChaosOverload(mesh: mesh, ledger: ledger, photograph: photograph, callers: 64)
    let total = Duration.milliseconds(Int(minutes * 60_000))
    let alone = try await load.run(for: total / 10)
    let best = Double(alone.captioned) / (total / 10 / .seconds(1))
    // Those who are not admitted come again so soon that ten times as much is asked for.
    load.callers = 600
    load.pause = .seconds(Double(load.callers - (try await admitted(mesh))) / (10 * max(best, 1)))
    let flooded = try await load.run(for: total)
    let rate = Double(flooded.captioned) / (total / .seconds(1))
    let asked = Double(flooded.asked) / (total / .seconds(1))
    print(
      "captioned \(best.rounded(1)) a second with 64 calls at a time; \(rate.rounded(1)) a second "
        + "when asked for \(asked.rounded(1))")
  }

  /// The most requests that the mesh has in hand.
  private func admitted(_ mesh: ChaosMesh) async throws -> Int {
    let status = try await withGRPCClient(transport: mesh.transport()) {
      try await Control.Client($0).status()
    }
    return status.limits["requests"] ?? 0
  }

  /// Weighs the mesh's processes once a second.
  private func weighing(_ mesh: ChaosMesh, _ ledger: ChaosLedger) -> Task<Void, Never> {
    Task {
      while !Task.isCancelled {
        await weigh(mesh, ledger)
        try? await Task.sleep(for: .seconds(1))
      }
    }
  }

  /// One client, that sends all photographs in an order of its own each time.
  private func load(
    _ mesh: ChaosMesh, _ paths: [String], _ ledger: ChaosLedger,
    until end: ContinuousClock.Instant, seed: UInt64, _ number: Int
  ) async throws {
    var random = SplitMix64(seed: seed &+ UInt64(number) &* 7919)
    let client = try mesh.client()
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { try await client.runConnections() }
      while ContinuousClock.now < end {
        await ledger.send(paths.count)
        let counts = try await stream(paths.shuffled(using: &random)).run(Captioner.Client(client))
        {
          await ledger.receive($0.path, $1)
        }
        await ledger.repeated(counts.repeated)
      }
      client.beginGracefulShutdown()
    }
  }

  private func weigh(_ mesh: ChaosMesh, _ ledger: ChaosLedger) async {
    for (name, process) in mesh.directory.livingProcesses {
      if let bytes = ThisProcess.residentBytes(of: Int(process.pid)) {
        await ledger.weigh(name, bytes)
      }
    }
    if let supervisor = mesh.directory.supervisor,
      let bytes = ThisProcess.residentBytes(of: Int(supervisor.pid))
    {
      await ledger.weigh("supervisor", bytes)
    }
  }
}

/// Answers by path.
private actor ChaosAnswers {
  private(set) var byPath: [String: String] = [:]

  func add(_ path: String, _ answer: String) { byPath[path] = answer }
}
