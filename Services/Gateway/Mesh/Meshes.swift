import GRPCCore
import HTTPTypes
import MeshAPI
import MessagePack

/// The meshes that the gateway is the door of: its own, and others that serve other models.
struct Meshes: Sendable {
  /// The first is its own.
  let all: [MeshClient]

  var own: MeshClient { all[0] }

  /// A photograph and what is wanted of it.
  struct Order: Sendable {
    var image: MessageBytes
    var name: String
    var options: DecodeOptions
    var timeout: Duration
    /// Lower ones come first.
    var priority: UInt64
    /// What goes along, such as `traceparent`.
    var metadata: Metadata
  }

  /// All models: those of the gateway's own mesh first.
  func models() async -> [ServedModel] {
    var models: [ServedModel] = []
    for mesh in all {
      guard let status = try? await mesh.status() else { continue }
      for model in ServedModel.models(of: status)
      where !models.contains(where: { $0.name == model.name }) {
        models.append(model)
      }
    }
    return models
  }

  /// The mesh that serves a model, and the model's name.
  ///
  /// - Parameter name: nil and "captioner": whatever the gateway's own mesh serves.
  /// - Throws: ``Problem`` with 404; `RPCError` when the mesh does not answer.
  func mesh(for name: String?) async throws -> (mesh: MeshClient, model: ServedModel) {
    let isDefault = name == nil || name == ServedModel.defaultName
    var silence: (any Error)?
    for mesh in isDefault ? [own] : all {
      let status: StatusReply
      do {
        status = try await mesh.status()
      } catch {
        silence = error
        continue
      }
      let models = ServedModel.models(of: status)
      if let model = models.first(where: { isDefault || $0.name == name }) { return (mesh, model) }
      if isDefault {
        return (
          mesh, ServedModel(name: ServedModel.defaultName, version: "", ready: false, workers: 0)
        )
      }
    }
    // A mesh that does not answer may serve it.
    if let silence { throw silence }
    throw Problem(.notFound, .notFound, "no model “\(name ?? "")” is served; /v1/models lists them")
  }

  /// Captions a photograph, and tells the mesh when nobody waits for it any more.
  ///
  /// - Throws: ``Problem``, `RPCError` or `CancellationError`.
  func caption(_ order: Order, in mesh: MeshClient) async throws -> CaptionReply {
    let deadline = ContinuousClock.now + order.timeout
    return try await mesh.gate.pass(priority: order.priority) {
      var options = CallOptions.defaults
      let left = ContinuousClock.now.duration(to: deadline)
      guard left > .zero else {
        throw RPCError(code: .deadlineExceeded, message: "the time is over, before its turn came")
      }
      options.timeout = left
      // Without an id: nobody is answered from what another was.
      return try await Captioner.Client(mesh.client).caption(
        CaptionRequest(
          id: "", image: order.image, name: order.name.isEmpty ? "the photograph" : order.name,
          options: order.options), metadata: order.metadata, options: options)
    }
  }
}
