import Foundation
import GRPCCore
import GRPCInProcessTransport
import Testing
import ZeroMQTransport

/// What the service runs over.
enum TransportKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case inProcess, ipc, tcp

  var testDescription: String { rawValue }
}

/// A path for a socket that no other test uses.
func temporaryAddress() throws -> ZeroMQAddress {
  let folder = FileManager.default.temporaryDirectory.path(percentEncoded: false)
  return try ZeroMQAddress("ipc://\(folder)/zmq-\(UUID().uuidString)/socket")
}

/// Timings that suit tests: silence is noticed soon.
func testOptions() -> ZeroMQTransportOptions {
  var options = ZeroMQTransportOptions()
  options.pingInterval = .milliseconds(200)
  return options
}

/// Runs a server and a client of it.
func withEcho(
  over kind: TransportKind = .ipc, options: ZeroMQTransportOptions = testOptions(),
  service: EchoService = EchoService(),
  _ body: @escaping @Sendable (any EchoCalls) async throws -> Void
) async throws {
  switch kind {
  case .inProcess:
    let transport = InProcessTransport()
    try await withGRPCServer(transport: transport.server, services: [service]) { _ in
      try await withGRPCClient(transport: transport.client) { client in
        try await body(EchoClient(client: client))
      }
    }
  case .ipc, .tcp:
    let address = kind == .ipc ? try temporaryAddress() : try ZeroMQAddress("tcp://127.0.0.1:*")
    try await withEchoServer(at: address, options: options, service: service) { server in
      let bound = try await server.transport.listeningAddresses[0]
      try await withEchoClient(of: bound, options: options, body)
    }
  }
}

func withEchoServer(
  at address: ZeroMQAddress, security: ZeroMQServerSecurity? = nil,
  options: ZeroMQTransportOptions = testOptions(), service: EchoService = EchoService(),
  _ body: (GRPCServer<ZeroMQServerTransport>) async throws -> Void
) async throws {
  defer {
    if address.description.hasPrefix("ipc://") {
      let file = URL(filePath: String(address.description.dropFirst("ipc://".count)))
      try? FileManager.default.removeItem(at: file.deletingLastPathComponent())
    }
  }
  let transport = try ZeroMQServerTransport(
    addresses: [address], security: security, options: options)
  try await withGRPCServer(transport: transport, services: [service], handleServer: body)
}

func withEchoClient(
  of address: ZeroMQAddress, security: ZeroMQClientSecurity? = nil,
  options: ZeroMQTransportOptions = testOptions(), _ body: (any EchoCalls) async throws -> Void
) async throws {
  let transport = try ZeroMQClientTransport(
    address: address, security: security, options: options)
  try await withGRPCClient(transport: transport) { client in
    try await body(EchoClient(client: client))
  }
}
