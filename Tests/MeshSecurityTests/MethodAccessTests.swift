import Dispatching
import GRPCCore
import GRPCInProcessTransport
import Logging
import MeshAPI
import Scheduling
import Synchronization
import Tensor
import Testing
import ZeroMQTransport

@testable import MeshSecurity

@Suite("What roles may do")
struct MethodAccessTests {
  /// Every method that a dispatcher or a supervisor serves.
  private var served: Set<String> {
    let core = DispatchCore(
      DispatcherConfiguration(
        scheduler: .mesh, requiredStages: [], build: "test", pid: 1), logger: .quiet)
    var router = RPCRouter<InProcessTransport.Server>()
    for service in core.services { service.registerMethods(with: &router) }
    IdleSupervisor().registerMethods(with: &router)
    return Set(router.methods.map(\.fullyQualifiedMethod))
  }

  @Test("every method has an entry, and every entry is a method's")
  func complete() {
    #expect(served == Set(MethodAccess.roles.keys))
    #expect(served.count == 13)
  }

  @Test("each role may do its part and no more")
  func table() {
    func allowed(_ role: KeyRole) -> Set<String> { served.filter { MethodAccess.allows(role, $0) } }
    let health: Set = ["grpc.health.v1.Health/Check", "grpc.health.v1.Health/Watch"]
    #expect(
      allowed(.client)
        == health.union([
          "captionmesh.v1.Captioner/Caption", "captionmesh.v1.Captioner/CaptionStream",
          "captionmesh.v1.Encoder/Encode", "captionmesh.v1.Scorer/Score",
        ]))
    #expect(allowed(.worker) == health.union(["captionmesh.v1.Dispatcher/Work"]))
    #expect(allowed(.administrator) == served)
    for role in KeyRole.allCases { #expect(!MethodAccess.allows(role, "other.v1.Service/Method")) }
  }

  @Test("a dispatcher over CURVE keeps the roles apart, and lets local callers do everything")
  func enforced() async throws {
    let place = try TemporaryFolder()
    let folder = KeyFolder(path: place.path)
    try folder.initialize()
    let core = DispatchCore(
      DispatcherConfiguration(
        scheduler: .mesh, requiredStages: [], build: "test", pid: 1), logger: .quiet)
    let ipc = try ZeroMQAddress("ipc://\(place.path)/s")
    let transport = try ZeroMQServerTransport(
      addresses: [ZeroMQAddress("tcp://127.0.0.1:*"), ipc],
      security: folder.serverSecurity(coversLoopback: true, logger: .quiet))
    let server = GRPCServer(
      transport: transport, services: core.services, interceptors: [RoleInterceptor()])
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { try await server.serve() }
      let address = try await transport.listeningAddresses[0]
      for role in KeyRole.allCases {
        let file = folder.file(of: role.rawValue)
        let security = try ClientKeys.security(
          for: address, file: file, role: role, environment: [:])
        let codes = try await outcomes(address, security)
        let denied = codes.filter { $0.value == .permissionDenied }.keys
        #expect(Set(denied) == Set(codes.keys.filter { !MethodAccess.allows(role, $0) }))
      }
      let local = try await outcomes(ipc, nil)
      #expect(!local.values.contains(.permissionDenied))
      server.beginGracefulShutdown()
    }
  }

  /// What calls of methods of each service end with; nil for OK.
  private func outcomes(
    _ address: ZeroMQAddress, _ security: ZeroMQClientSecurity?
  ) async throws -> [String: RPCError.Code?] {
    let transport = try ZeroMQClientTransport(address: address, security: security)
    return try await withGRPCClient(transport: transport) { client in
      var codes: [String: RPCError.Code?] = [:]
      func record(_ method: MethodDescriptor, _ call: () async throws -> Void) async {
        do {
          try await call()
          codes[method.fullyQualifiedMethod] = .some(nil)
        } catch {
          codes[method.fullyQualifiedMethod] = (error as? RPCError)?.code ?? .unknown
        }
      }
      await record(Health.check.descriptor) { _ = try await Health.Client(client).check() }
      await record(Control.status.descriptor) { _ = try await Control.Client(client).status() }
      await record(FeatureExtractor.encode.descriptor) {
        // There is no encoder, hence an answer at once.
        _ = try await FeatureExtractor.Client(client).encode(
          EncodeRequest(image: Tensor([3, 1, 1], [Float](repeating: 0, count: 3)), features: "x"))
      }
      await record(Dispatcher.work.descriptor) {
        // A worker that does not say hello is told so, if it may speak at all.
        try await Dispatcher.Client(client).work {
          try await $0.write(.credit(1))
        } replies: {
          for try await _ in $0 {}
        }
      }
      return codes
    }
  }
}

/// A supervisor's methods without a supervisor.
private struct IdleSupervisor: Supervisor.Service {
  func scale(
    _ request: ServerRequest<ScaleRequest>, context: ServerContext
  ) async throws -> ServerResponse<ScaleReply> { ServerResponse(message: ScaleReply()) }

  func stop(
    _ request: ServerRequest<StopRequest>, context: ServerContext
  ) async throws -> ServerResponse<StopReply> { ServerResponse(message: StopReply()) }

  func status(
    _ request: ServerRequest<SupervisorStatusRequest>, context: ServerContext
  ) async throws -> ServerResponse<SupervisorStatusReply> {
    throw RPCError(code: .unimplemented, message: "")
  }
}
