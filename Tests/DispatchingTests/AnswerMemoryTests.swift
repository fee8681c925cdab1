import GRPCCore
import MeshAPI
import MessagePack
import Testing

@testable import Dispatching
@testable import Scheduling

@Suite(.timeLimit(.minutes(1))) struct AnswerMemoryTests {
  private func limits(count: Int = 100, bytes: Int = 1000) -> AnswerMemoryLimits {
    var limits = AnswerMemoryLimits()
    limits.count = count
    limits.bytes = bytes
    return limits
  }

  private func key(_ id: String, _ image: String = "photograph", beam: Int = 3) -> RequestKey {
    RequestKey(
      CaptionRequest(
        id: id, image: MessageBytes(image.utf8), options: DecodeOptions(beam: beam)))!
  }

  private func answer(_ bytes: Int) -> Answer<StagePayload> {
    Answer(
      .success(.packed(MessageBytes(repeating: 0, count: bytes))), attempts: 1, queued: .zero,
      computed: [:])
  }

  @Test func anAnswerIsRememberedForItsTime() {
    var memory = AnswerMemory(limits())
    memory.remember(answer(10), to: key("a"), at: .seconds(5))
    #expect(memory.answer(to: key("a"), at: .seconds(64)) != nil)
    #expect(memory.answer(to: key("a"), at: .seconds(65)) == nil)
    memory.remember(answer(10), to: key("a"), at: .seconds(66))
    #expect(memory.answer(to: key("a"), at: .seconds(67)) != nil)
  }

  @Test func anotherPhotographUnderTheSameIDIsAnotherRequest() {
    var memory = AnswerMemory(limits())
    memory.remember(answer(10), to: key("a"), at: .zero)
    #expect(memory.answer(to: key("a", "other"), at: .zero) == nil)
    #expect(memory.answer(to: key("a", beam: 1), at: .zero) == nil)
    #expect(memory.answer(to: key("b"), at: .zero) == nil)
    #expect(RequestKey(CaptionRequest(id: "", image: MessageBytes([1]))) == nil)
  }

  @Test func onlyAFailureThatIsThePhotographsIsRemembered() {
    for code in Failure.Code.allCases {
      var memory = AnswerMemory(limits())
      memory.remember(Answer(failure: Failure(code, "made to fail")), to: key("a"), at: .zero)
      let isFinal = [.invalidArgument, .internal, .outOfRange].contains(code)
      #expect((memory.answer(to: key("a"), at: .zero) != nil) == isFinal, "\(code)")
    }
  }

  @Test func itStaysWithinItsBounds() {
    var memory = AnswerMemory(limits(count: 10, bytes: 100))
    var random = SystemRandomNumberGenerator()
    for index in 0..<2000 {
      let size = Int.random(in: 0...120, using: &random)
      memory.remember(answer(size), to: key("\(index)"), at: .seconds(index))
      #expect(memory.count <= 10 && memory.byteCount <= 100)
      #expect(
        (memory.answer(to: key("\(index)"), at: .seconds(index)) != nil) == (size <= 100))
    }
  }

  @Test func aRequestThatComesAgainIsAnsweredFromMemory() async throws {
    try await TestMesh.run { mesh in
      try await mesh.with(FakeLoader(), FakeEncoder(), FakeDecoder()) {
        let first = try await mesh.caption("a").text
        let second = try await mesh.caption("a").text
        #expect(first == second)
        let counters = try await mesh.control.status().counters
        #expect(counters["admitted"] == 1)
        #expect(counters["answered_from_memory"] == 1)
      }
    }
  }
}
