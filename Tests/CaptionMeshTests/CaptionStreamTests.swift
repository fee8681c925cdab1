import FoundationEssentials
import GRPCCore
import GRPCInProcessTransport
import MeshAPI
import MessagePack
import Synchronization
import Testing

@testable import CaptionMesh

/// What `captionmesh stream` does when the mesh is not as it should be.
@Suite(.timeLimit(.minutes(1))) struct CaptionStreamTests {
  @Test func whatWasNotAnsweredIsSentAgainUnderTheSameID() async throws {
    // The first conversation breaks after three answers, the second after one more.
    let (reports, asked, counts) = try await run(FickleCaptioner(answers: [3, 1, .max]))
    #expect(reports.count == 20)
    #expect(Set(reports).count == 20)
    #expect(counts.captioned == 20 && counts.failed == 0)
    #expect(counts.broken == 2 && counts.repeated == 0)
    // A path has one id, however often it was sent.
    #expect(Set(asked.map { "\($0.id) \($0.name)" }).count == 20)
    #expect(Set(asked.map(\.id)).count == 20)
    #expect(asked.count > 20)
  }

  @Test func whatFindsNoRoomIsSentAgain() async throws {
    let (reports, asked, counts) = try await run(FickleCaptioner(answers: [.max], refusals: 5))
    #expect(Set(reports).count == 20 && reports.count == 20)
    #expect(asked.count == 25)
    #expect(counts.captioned == 20)
  }

  @Test func aMeshThatWasNeverThereIsNotWaitedFor() async throws {
    let error = await #expect(throws: RPCError.self) {
      _ = try await run(FickleCaptioner(answers: [0]))
    }
    #expect(error?.code == .unavailable)
  }

  @Test func aMeshThatStaysAwayIsGivenUp() async throws {
    let answers = [1] + Array(repeating: 0, count: 1000)
    let error = await #expect(throws: RPCError.self) {
      _ = try await run(FickleCaptioner(answers: answers), patience: .milliseconds(200))
    }
    #expect(error?.code == .unavailable)
  }

  /// - Returns: the paths as they were reported, what the mesh was asked, and the counts.
  private func run(
    _ captioner: FickleCaptioner, patience: Duration = .seconds(30)
  ) async throws -> ([String], [CaptionRequest], CaptionCounts) {
    let folder = "/tmp/captionmesh-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let paths = try (0..<20).map { index in
      let path = "\(folder)/\(index).jpg"
      try Data("photograph \(index)".utf8).write(to: URL(filePath: path))
      return path
    }
    let transport = InProcessTransport()
    let server = GRPCServer(transport: transport.server, services: [captioner])
    let reports = Reports()
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.serve() }
      defer { group.cancelAll() }
      let counts = try await withGRPCClient(transport: transport.client) { client in
        try await CaptionStream(
          paths: AsyncPaths(paths: paths), options: DecodeOptions(), window: 8, patience: patience,
          firstPatience: .milliseconds(100)
        ).run(Captioner.Client(client)) { item, _ in await reports.add(item.path) }
      }
      return (await reports.paths, captioner.asked, counts)
    }
  }
}

private actor Reports {
  private(set) var paths: [String] = []
  func add(_ path: String) { paths.append(path) }
}

/// A mesh whose conversations break after so many answers each.
private final class FickleCaptioner: Captioner.Service {
  private struct State {
    var answers: [Int]
    var refusals: Int
    var asked: [CaptionRequest] = []
  }

  private let state: Mutex<State>

  init(answers: [Int], refusals: Int = 0) {
    state = Mutex(State(answers: answers, refusals: refusals))
  }

  var asked: [CaptionRequest] { state.withLock { $0.asked } }

  func caption(
    _ request: ServerRequest<CaptionRequest>, context: ServerContext
  ) async throws -> ServerResponse<CaptionReply> {
    throw RPCError(code: .unimplemented, message: "not here")
  }

  func captionStream(
    _ request: StreamingServerRequest<CaptionRequest>, context: ServerContext
  ) async throws -> StreamingServerResponse<CaptionReply> {
    StreamingServerResponse { writer in
      var left = self.state.withLock { $0.answers.isEmpty ? 0 : $0.answers.removeFirst() }
      for try await message in request.messages {
        self.state.withLock { $0.asked.append(message) }
        guard left > 0 else { throw RPCError(code: .unavailable, message: "the mesh is gone") }
        left -= 1
        try await writer.write(self.reply(to: message))
      }
      return [:]
    }
  }

  private func reply(to request: CaptionRequest) -> CaptionReply {
    let isRefused = state.withLock { state in
      defer { state.refusals -= 1 }
      return state.refusals > 0
    }
    if isRefused {
      let error = ItemError(.resourceExhausted, "full", retryAfterMilliseconds: 1)
      return CaptionReply(id: request.id, result: .failure(error), attempts: 0)
    }
    let caption = CaptionResult(
      caption: "a caption", tokens: [], logProbability: 0, finished: true,
      grid: Grid(rows: 1, columns: 1))
    return CaptionReply(id: request.id, result: .success(caption), attempts: 1)
  }
}
