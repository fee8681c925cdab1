import GRPCCore
import Hummingbird
import MeshAPI
import MeshSecurity
import MessagePack
import ServiceKit

/// The Open Inference Protocol v2 over REST (KServe, Triton), with Triton's binary tensors.
struct InferenceRoutes: Sendable {
  /// Every model has this one version.
  static let version = "1"

  let meshes: Meshes
  let reader: BodyReader
  let limits: GatewaySettings.Limits
  let metrics: GatewayMetrics

  var routes: [Route] {
    let model = "/v2/models/{model}"
    let versioned = model + "/versions/{version}"
    return [
      get("/v2", server), get("/v2/health/live", live), get("/v2/health/ready", ready),
      get(model, role: .client, metadata), get(versioned, role: .client, metadata),
      get(model + "/ready", role: .client, modelReady),
      get(versioned + "/ready", role: .client, modelReady),
      Route(.post, model + "/infer", role: .client, style: .inference, handler: infer),
      Route(.post, versioned + "/infer", role: .client, style: .inference, handler: infer),
    ]
  }

  private func get(
    _ path: String, role: KeyRole? = nil, _ handler: @escaping Route.Handler
  ) -> Route {
    Route(.get, path, role: role, style: .inference, handler: handler)
  }

  // MARK: Server and models

  private struct Server: Encodable {
    let name = "captionmesh"
    let version = ThisProcess.build
    let extensions = ["binary_tensor_data"]
  }

  @Sendable
  private func server(_ request: Request, _ call: Call) async throws -> Response {
    .json(Server())
  }

  @Sendable
  private func live(_ request: Request, _ call: Call) async throws -> Response {
    .json(["live": true])
  }

  @Sendable
  private func ready(_ request: Request, _ call: Call) async throws -> Response {
    let status = try? await meshes.own.status()
    let isReady = status?.ready == true && status?.draining == false
    return .json(["ready": isReady], status: isReady ? .ok : .serviceUnavailable)
  }

  private struct TensorDescription: Encodable {
    let name: String
    let datatype: String
    let shape = [-1]
  }

  private struct ModelDescription: Encodable {
    let name: String
    let versions = [InferenceRoutes.version]
    let platform = "captionmesh"
    let inputs = [TensorDescription(name: InferenceRequest.input, datatype: "BYTES")]
    let outputs = [
      TensorDescription(name: InferenceRequest.Output.caption.rawValue, datatype: "BYTES"),
      TensorDescription(name: InferenceRequest.Output.score.rawValue, datatype: "FP32"),
    ]
  }

  @Sendable
  private func metadata(_ request: Request, _ call: Call) async throws -> Response {
    _ = try await mesh(of: call)
    return .json(ModelDescription(name: name(of: call)))
  }

  private struct ModelReady: Encodable {
    let name: String
    let ready: Bool
  }

  @Sendable
  private func modelReady(_ request: Request, _ call: Call) async throws -> Response {
    let isReady = try await mesh(of: call).model.ready
    return .json(
      ModelReady(name: name(of: call), ready: isReady), status: isReady ? .ok : .serviceUnavailable)
  }

  private func name(of call: Call) -> String { call.parameters["model"] ?? "" }

  private func mesh(of call: Call) async throws -> (mesh: MeshClient, model: ServedModel) {
    if let version = call.parameters["version"], version != Self.version {
      throw Problem(.notFound, "a model has the version \(Self.version) alone")
    }
    return try await meshes.mesh(for: name(of: call))
  }

  // MARK: Inference

  @Sendable
  private func infer(_ request: Request, _ call: Call) async throws -> Response {
    let mesh = try await mesh(of: call).mesh
    let header = request.headers[.inferenceHeaderLength]
    let headerLength = header.flatMap { Int($0) }
    guard header == nil || headerLength != nil else {
      throw Problem.badRequest("Inference-Header-Content-Length has to be a number")
    }
    let body = try await reader.read(request)
    let wanted = try InferenceRequest(
      body.bytes, headerLength: headerLength, limit: limits.images)
    var metadata: Metadata = [:]
    if let parent = request.headers[.traceparent] {
      metadata.addString(parent, forKey: "traceparent")
    }
    let orders = wanted.photographs.enumerated().map { index, photograph in
      let image =
        switch photograph {
        case .part(let range): unsafe MessageBytes(copying: body.bytes.span.bytes.extracting(range))
        case .bytes(let bytes): MessageBytes(copying: bytes)
        }
      return Meshes.Order(
        image: image, name: "\(InferenceRequest.input)[\(index)]", options: wanted.options,
        timeout: wanted.timeout ?? limits.requestTimeout, priority: wanted.priority,
        metadata: metadata)
    }
    let results = try await call.context.whileClientWaits { try await caption(orders, in: mesh) }
    return InferenceReply(
      model: name(of: call), version: Self.version, captions: results.map(\.caption),
      scores: results.map { Float($0.logProbability) }
    ).response(to: wanted)
  }

  /// All results in the orders' order; the protocol has no place for one that fails alone.
  private func caption(
    _ orders: [Meshes.Order], in mesh: MeshClient
  ) async throws -> [CaptionResult] {
    try await withThrowingTaskGroup(of: (Int, CaptionResult).self) { group in
      for (index, order) in orders.enumerated() {
        group.addTask {
          do {
            let result = try await meshes.caption(order, in: mesh).result.get()
            metrics.captioned("completed")
            return (index, result)
          } catch {
            let code = (error as? Problem)?.code ?? (error as? RPCError)?.code.statusName
            metrics.captioned(code ?? "CANCELLED")
            throw error
          }
        }
      }
      var results: [(Int, CaptionResult)] = []
      for try await result in group { results.append(result) }
      return results.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }
}
