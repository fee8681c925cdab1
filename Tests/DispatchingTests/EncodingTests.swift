import GRPCCore
import MeshAPI
import MessagePack
import Tensor
import Testing

@testable import Dispatching

@Suite(.timeLimit(.minutes(1))) struct EncodingTests {
  private func request(_ value: Float, features: String = "f") -> EncodeRequest {
    EncodeRequest(
      image: Tensor([3, 1, 1], [value, value, value]), features: features,
      name: "train:\(Int(value))")
  }

  @Test func tensorsComeBackAsFeatures() async throws {
    try await TestMesh.run { mesh in
      try await mesh.with(FakeEncoder(), FakeEncoder()) {
        let client = FeatureExtractor.Client(mesh.client)
        try await withThrowingTaskGroup(of: Void.self) { group in
          for value in 0..<100 {
            group.addTask {
              let grid = try await client.encode(request(Float(value)))
              #expect(grid.features.array(of: Float16.self) == [Float16(value)])
            }
          }
          try await group.waitForAll()
        }
      }
    }
  }

  @Test func captionsGoOnBeside() async throws {
    try await TestMesh.run { mesh in
      try await mesh.with(FakeLoader(), FakeEncoder(), FakeDecoder()) {
        async let grid = FeatureExtractor.Client(mesh.client).encode(request(7))
        let caption = try await mesh.caption("dog.jpg").text
        let features = try await grid.features.array(of: Float16.self)
        #expect(caption == "d3")
        #expect(features == [7])
      }
    }
  }

  @Test func encodersOfOtherFeaturesAreNotAsked() async throws {
    try await TestMesh.run { mesh in
      try await mesh.with(FakeEncoder()) {
        let error = await #expect(throws: RPCError.self) {
          try await FeatureExtractor.Client(mesh.client).encode(request(1, features: "g"))
        }
        #expect(error?.code == .failedPrecondition)
        #expect(error?.message.contains("expected g, found f") == true)
      }
    }
  }

  @Test func withoutEncodersItIsToBeTriedAgain() async throws {
    try await TestMesh.run { mesh in
      let error = await #expect(throws: RPCError.self) {
        try await FeatureExtractor.Client(mesh.client).encode(request(1))
      }
      #expect(error?.code == .unavailable)
    }
  }

  @Test func whatIsNoImageIsRefused() throws {
    let bytes = try MessagePackWriter.pack(
      EncodeRequest(image: Tensor([2, 1, 1], [Float(1), 2]), features: "f"))
    #expect(throws: MessagePackError.self) {
      try EncodeRequest(from: MessagePackValue(unpacking: bytes))
    }
  }
}
