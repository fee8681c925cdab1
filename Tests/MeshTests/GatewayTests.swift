import Foundation
import Testing

@Suite(
  "The gateway as its users meet it", .serialized,
  .enabled(if: Programs.canServe, "needs Deploy/setup and Deploy/build"),
  .enabled(if: GatewayClients.areThere, "needs Deploy/setup --tests"))
struct GatewayTests {
  private let photograph = Programs.repository.path + "/Tests/Fixtures/Imaging/jpeg-420.jpg"
  private let photographs = ["china.jpg", "chelsea.png"].map { "\(GatewayClients.samples)/\($0)" }
  private let scripts = Programs.repository.path + "/Tests/MeshTests/Gateway"
  private let clients = Programs.repository.path + "/Deploy/clients"

  private func check(_ run: Run) {
    #expect(run.status == 0, "\(run.output.suffix(2_000))\(run.errors.suffix(2_000))")
  }

  @Test("curl, tritonclient and grpcio caption as the command does")
  func clientsOfOthers() throws {
    let open = try OpenGateway()
    let own = try open.mesh.run(["caption", photograph, "--json"])
    let caption = try #require(own.object?["caption"] as? String)
    let environment = ["CAPTIONMESH_URL": open.url, "CAPTIONMESH_GRPC": open.grpc]
    let paths = [photograph, photographs[0]]
    let curl = try Run("/bin/bash", ["\(clients)/curl.sh"] + paths, environment: environment)
    check(curl)
    #expect(curl.output.contains("event: end\ndata: {\"captioned\":2,\"failed\":0}"))
    let triton = try Run(
      GatewayClients.python, ["\(clients)/triton.py"] + paths, environment: environment)
    check(triton)
    #expect(triton.output.contains("\(photograph): \(caption) ("))
    let grpcio = try Run(
      GatewayClients.python, ["\(clients)/grpcio.py"] + paths, environment: environment)
    check(grpcio)
    #expect(grpcio.lines.contains("\(photograph): \(caption)"))
    #expect(grpcio.lines.count == 3)
    check(try Run(GatewayClients.python, ["\(scripts)/inference.py", open.url, photograph]))
  }

  @Test("a browser sees photographs, where the model looked, and the mesh")
  func browser() throws {
    let open = try OpenGateway()
    let kept = ProcessInfo.processInfo.environment["CAPTIONMESH_SCREENSHOTS"]
    let folder =
      kept ?? FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { if kept == nil { try? FileManager.default.removeItem(atPath: folder) } }
    check(
      try Run(GatewayClients.python, ["\(scripts)/browser.py", open.url, folder] + photographs))
  }

  @Test("what is bad is refused, and disturbs nobody")
  func badInput() throws {
    let open = try OpenGateway(["CAPTIONMESH_GATEWAY_SEND_SECONDS": "2"])
    let run = try Run(
      GatewayClients.python,
      ["\(scripts)/badinput.py", open.url, "\(open.pid)", photograph, open.grpc])
    check(run)
  }

  @Test("attacks slow nobody else down")
  func attacks() throws {
    let token = "client-0123456789abcdef"
    let folder = try folder(withTokens: ["client a \(token)"])
    defer { try? FileManager.default.removeItem(at: folder) }
    let open = try OpenGateway(["CAPTIONMESH_GATEWAY_TOKENS": "\(folder.path)/tokens"])
    // By more than a tenth on a machine without other work, which tests do not have.
    check(
      try Run(
        GatewayClients.python,
        [
          "\(scripts)/attacks.py", open.url, "\(open.pid)", photograph, token, "1", "0.75",
        ]))
  }

  /// A temporary folder with a file `tokens` of these lines.
  private func folder(withTokens lines: [String]) throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appending(path: "tokens").path
    try (["captionmesh-tokens 1"] + lines).joined(separator: "\n")
      .write(toFile: file, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    return folder
  }

  @Test("what /openapi.json says is so, whatever schemathesis asks, and promtool reads the metrics")
  func openAPI() throws {
    let open = try OpenGateway()
    let schemathesis = GatewayClients.python.replacing("/python3", with: "/schemathesis")
    let run = try Run(
      schemathesis,
      [
        "--config-file", "\(scripts)/schemathesis.toml", "run", "\(open.url)/openapi.json", "--url",
        open.url, "--checks", "all", "--max-examples",
        "20", "--workers", "1", "--seed", "7", "--generation-database", "none",
        "--no-color",
      ], environment: ["SCHEMATHESIS_HOOKS": "\(scripts)/schemathesis_hooks.py"])
    check(run)
    guard let promtool = GatewayClients.promtool else { return }
    check(
      try Run(
        "/bin/bash",
        [
          "-c", "set -o pipefail; curl -sSf \"$1/metrics\" | \"$2\" check metrics", "-", open.url,
          promtool,
        ]
      ))
  }

  @Test("tokens and TLS")
  func tokens() throws {
    let (client, administrator) = ("client-0123456789abcdef", "administrator-0123456789")
    let folder = try folder(withTokens: ["client a \(client)", "administrator b \(administrator)"])
    defer { try? FileManager.default.removeItem(at: folder) }
    let (certificate, key) = ("\(folder.path)/cert.pem", "\(folder.path)/key.pem")
    let made = try Run(
      "/usr/bin/openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost", "-addext",
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
      ])
    check(made)
    let open = try OpenGateway([
      "CAPTIONMESH_GATEWAY_TOKENS": "\(folder.path)/tokens",
      "CAPTIONMESH_GATEWAY_CERTIFICATE": certificate, "CAPTIONMESH_GATEWAY_PRIVATE_KEY": key,
    ])
    #expect(open.url.hasPrefix("https://"))
    check(
      try Run(
        GatewayClients.python,
        [
          "\(scripts)/tokens.py", open.url, open.grpc, certificate, client, administrator,
          photograph,
        ]))
  }

  @Test("a mesh comes up though its gateway's port is taken, says so, and opens it once it is free")
  func takenPort() async throws {
    let holder = try Running(
      GatewayClients.python,
      [
        "-c",
        """
        import socket, time
        s = socket.create_server(("127.0.0.1", 0))
        print(s.getsockname()[1], flush=True)
        time.sleep(60)
        """,
      ])
    while holder.output.isEmpty { usleep(10_000) }
    let port = holder.output.trimmingCharacters(in: .whitespacesAndNewlines)
    let mesh = try TestMesh(
      ["--encoders", "1"],
      environment: [
        "CAPTIONMESH_GATEWAY_SERVE": "on", "CAPTIONMESH_GATEWAY_PORT": port,
        "CAPTIONMESH_GATEWAY_GRPC": "off",
      ])
    func gateway() throws -> [String: Any]? {
      try mesh.run(["mesh", "status", "--json"]).object?["gateway"] as? [String: Any]
    }
    let problem = try #require(try gateway()?["problem"] as? String)
    #expect(
      problem.contains("127.0.0.1:\(port) is taken") && problem.contains("CAPTIONMESH_GATEWAY_PORT")
    )
    #expect(try mesh.run(["caption", photograph]).status == 0)
    kill(holder.process.processIdentifier, SIGKILL)
    _ = await holder.finished()
    let deadline = ContinuousClock.now + .seconds(20)
    while try gateway()?["address"] == nil, ContinuousClock.now < deadline { usleep(100_000) }
    #expect(try gateway()?["address"] as? String == "http://127.0.0.1:\(port)")
  }

  @Test("beyond this machine it opens with tokens alone")
  func openToOthers() throws {
    let run = try Run(
      "captionmesh-gateway", [],
      environment: [
        "CAPTIONMESH_GATEWAY_ADDRESS": "0.0.0.0",
        "CAPTIONMESH_RUNTIME": "/tmp/cm-\(UUID().uuidString.prefix(8))",
      ])
    #expect(run.status == 1)
    #expect(run.errors.contains("tokens"))
  }
}
