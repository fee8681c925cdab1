import GRPCCore
import MeshAPI
import Scheduling
import Tensor

/// Takes image tensors in and sends feature grids out.
struct FeatureExtractorService: FeatureExtractor.Service {
  let core: DispatchCore

  func encode(
    _ request: ServerRequest<EncodeRequest>, context: ServerContext
  ) async throws -> ServerResponse<FeatureGrid> {
    let message = request.message
    try await core.requireEncoders(of: message.features)
    let answer = await core.answer(
      to: Job(
        .encode, .message(message.image), byteCount: message.image.tensor.bytes.byteCount,
        deadline: core.deadline(of: request.metadata),
        parent: DispatchCore.parent(of: request.metadata)), for: context)
    // All encoders at a time agree on their features, but those may have come in the meantime.
    try await core.requireEncoders(of: message.features)
    do throws(Failure) {
      return ServerResponse(message: try answer.unpack(FeatureGrid.self, from: .encode))
    } catch {
      throw RPCError(error.naming(message.name))
    }
  }
}

extension DispatchCore {
  /// Checks that the encoders are there and give the features that are asked for.
  ///
  /// - Throws: `RPCError` with code UNAVAILABLE or FAILED_PRECONDITION.
  func requireEncoders(of features: String) throws(RPCError) {
    let encoders = registrations.values.filter { $0.hello.stage == MeshAPI.Stage.encode.rawValue }
    guard let produced = encoders.first?.hello.identity.produces else {
      throw RPCError(code: .unavailable, message: "the mesh has no encoder at the moment")
    }
    guard produced == features else {
      throw RPCError(
        code: .failedPrecondition,
        message: "the mesh's encoders give other features: expected \(features), found "
          + "\(produced); start the mesh with a model of that encoder: mesh up --model FILE")
    }
  }
}
