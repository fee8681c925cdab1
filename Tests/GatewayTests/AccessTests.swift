import HTTPTypes
import Hummingbird
import MeshSecurity
import NIOCore
import ServiceKit
import Testing

@testable import Gateway

@Suite("Who may call the gateway")
struct AccessTests {
  private func request(
    _ method: HTTPRequest.Method = .post, host: String = "127.0.0.1:8080",
    _ headers: HTTPFields = [:]
  ) -> Request {
    Request(
      head: HTTPRequest(
        method: method, scheme: "http", authority: host, path: "/v1/mesh/scale",
        headerFields: headers), body: RequestBody(buffer: ByteBuffer()))
  }

  private func route(_ method: HTTPRequest.Method = .post, role: KeyRole?) -> Route {
    Route(method, "/v1/mesh/scale", role: role) { _, _ in Response(status: .ok) }
  }

  private var open: AccessRules { AccessRules(GatewaySettings(), tokens: nil) }

  @Test(
    "names that lead here by another's doing are refused",
    arguments: [
      ("127.0.0.1:8080", true), ("[::1]:8080", true), ("localhost", true), ("LOCALHOST:1", true),
      ("10.0.0.7", true), ("evil.example", false), ("127.0.0.1.evil.example", false),
      ("localhost.evil.example:8080", false), ("", false), ("mesh.example", false),
    ])
  func hosts(_ host: String, _ isOurs: Bool) {
    let isTaken = (try? open.checkHost(of: request(host: host))) != nil
    #expect(isTaken == isOurs)
    var settings = GatewaySettings()
    settings.hosts = ["mesh.example"]
    let named = AccessRules(settings, tokens: nil)
    #expect((try? named.checkHost(of: request(host: "mesh.example:80"))) != nil)
  }

  @Test(
    "pages of others act only where they are listed",
    arguments: [
      ("http://127.0.0.1:8080", 200), ("https://app.example", 200), ("https://evil.example", 403),
      ("null", 403), ("http://127.0.0.1:8081", 403),
    ])
  func origins(_ origin: String, _ status: Int) {
    var settings = GatewaySettings()
    settings.origins = ["https://app.example"]
    let rules = AccessRules(settings, tokens: nil)
    do throws(Problem) {
      let role = try rules.role(
        of: request(.post, [.origin: origin]), for: route(role: .administrator))
      #expect(role == .administrator && status == 200)
    } catch {
      #expect(error.status.code == status)
    }
    var headers: HTTPFields = [:]
    rules.addHeaders(to: &headers, for: request(.get, [.origin: origin]))
    #expect((headers[.accessControlAllowOrigin] != nil) == (origin == "https://app.example"))
    open.addHeaders(to: &headers, for: request(.get, [.origin: origin]))
    #expect(headers[.crossOriginResourcePolicy] == "same-origin")
  }

  @Test("percent-encoding is decoded or refused")
  func percentEncoding() {
    #expect(PercentEncoding.decode("a%20b+c") == "a b+c")
    #expect(PercentEncoding.decode("%E2%82%AC") == "€")
    for text in ["%", "%2", "%zz", "%00", "%ff", "%+1"] {
      #expect(PercentEncoding.decode(text[...]) == nil)
    }
    let pairs = PercentEncoding.pairs(ofQuery: "a=1&b=x+y%3D&c")
    #expect(pairs?.map(\.name) == ["a", "b", "c"])
    #expect(pairs?.map(\.value) == ["1", "x y=", ""])
  }

  @Test(
    "parameters of captions are checked",
    arguments: [
      ("beam", "0"), ("beam", "33"), ("beam", "x"), ("beam", ""), ("max_length", "201"),
      ("attention", "yes"), ("timeout", "nan"), ("timeout", "0.9"), ("timeout", "-1"),
      ("timeout", "inf"), ("priority", "-1"), ("other", "1"),
    ])
  func parameters(_ name: String, _ value: String) {
    let found = problem { () throws(Problem) in _ = try CaptionParameters([(name, value)]) }
    #expect(found?.status.code == 400)
    _ = problem { () throws(Problem) in
      _ = try CaptionParameters([("beam", "1"), ("beam", "1")])
    }
  }
}
