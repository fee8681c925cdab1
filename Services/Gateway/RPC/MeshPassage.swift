import GRPCCore
import MeshAPI
import MeshSecurity
import MessagePack

/// `captionmesh.v1` over HTTP/2: calls are passed on to the mesh, and their messages, msgpack as
/// everywhere in it, are not looked into. `grpc.health.v1` is answered in protobuf, as those expect
/// who ask for it here.
struct MeshPassage: RegistrableRPCService {
  let meshes: Meshes
  let tokens: BearerTokens?
  let ledger: StreamLedger
  let metrics: GatewayMetrics

  /// What is passed on.
  static let methods: [MethodDescriptor] = [
    Captioner.caption.descriptor, Captioner.captionStream.descriptor,
    FeatureExtractor.encode.descriptor, Scorer.score.descriptor, Control.status.descriptor,
    Control.drain.descriptor,
  ]
  private static let health = MethodDescriptor(
    fullyQualifiedService: "grpc.health.v1.Health", method: "Check", type: .unary)

  func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
    for method in Self.methods {
      router.registerHandler(
        forMethod: method, deserializer: RawDeserializer(), serializer: RawSerializer()
      ) { request, context in
        try checkAccess(request.metadata, method)
        return StreamingServerResponse { writer in
          try await pass(request, method, to: writer)
        }
      }
    }
    router.registerHandler(
      forMethod: Self.health, deserializer: RawDeserializer(), serializer: RawSerializer()
    ) { _, _ in
      StreamingServerResponse(single: ServerResponse(message: await health()))
    }
  }

  private func checkAccess(_ metadata: Metadata, _ method: MethodDescriptor) throws(RPCError) {
    guard let tokens else { return }
    let authorization = metadata[stringValues: "authorization"].first { _ in true }
    guard let role = tokens.role(authorization: authorization) else {
      throw RPCError(
        code: .unauthenticated, message: "this needs a token in the metadata authorization")
    }
    guard MethodAccess.allows(role, method.fullyQualifiedMethod) else {
      throw RPCError(
        code: .permissionDenied,
        message: "\(method.fullyQualifiedMethod) is not for the role \(role)")
    }
  }

  /// Returns the trailing metadata.
  private func pass(
    _ request: StreamingServerRequest<MessageBytes>, _ method: MethodDescriptor,
    to writer: RPCWriter<MessageBytes>
  ) async throws -> Metadata {
    var options = CallOptions.defaults
    options.timeout = Self.timeout(request.metadata)
    var metadata: Metadata = [:]
    for parent in request.metadata[stringValues: "traceparent"] {
      metadata.addString(parent, forKey: "traceparent")
    }
    let name = request.metadata[stringValues: StreamLedger.header].first { _ in true }
    let share = name.flatMap { ledger.share(of: $0) }
    do {
      let trailing = try await meshes.own.client.bidirectionalStreaming(
        request: StreamingClientRequest(metadata: metadata) { onward in
          for try await message in request.messages {
            try await onward.write(message)
            // A single message is held until it is answered; those of a stream go on as the mesh
            // takes them.
            if method.type != .unary { share?.give(message.count) }
          }
        },
        descriptor: method, serializer: RawSerializer(), deserializer: RawDeserializer(),
        options: options
      ) { response in
        var trailing: Metadata = [:]
        for try await part in try response.accepted.get().bodyParts {
          switch part {
          case .message(let message): try await writer.write(message)
          case .trailingMetadata(let metadata): trailing = metadata
          }
        }
        return trailing
      }
      metrics.called(method.fullyQualifiedMethod, "OK")
      return trailing
    } catch let error as RPCError {
      metrics.called(method.fullyQualifiedMethod, error.code.statusName)
      throw error
    }
  }

  /// `grpc-timeout`: up to eight digits and a unit.
  static func timeout(_ metadata: Metadata) -> Duration? {
    guard let text = metadata[stringValues: "grpc-timeout"].first(where: { _ in true }),
      (2...9).contains(text.utf8.count), let count = Int64(text.dropLast()), count >= 0
    else { return nil }
    return switch text.last {
    case "H": .seconds(count * 3_600)
    case "M": .seconds(count * 60)
    case "S": .seconds(count)
    case "m": .milliseconds(count)
    case "u": .microseconds(count)
    case "n": .nanoseconds(count)
    default: nil
    }
  }

  /// `HealthCheckResponse` in protobuf: field 1, 1 for SERVING and 2 for NOT_SERVING.
  private func health() async -> MessageBytes {
    let status = try? await meshes.own.status()
    let isServing = status?.ready == true && status?.draining == false
    return MessageBytes([0x08, isServing ? 1 : 2])
  }
}
