import GRPCCore
import HTTPTypes
import Hummingbird
import MeshSecurity
import ServiceKit

/// Who may do what over HTTP, and from which pages.
struct AccessRules: Sendable {
  /// nil: whoever reaches the gateway may do everything.
  let tokens: BearerTokens?
  /// The pages of others, by their origins, that may call.
  let origins: Set<String>
  /// The names, beside addresses and localhost, that the gateway is called by.
  let hosts: Set<String>

  init(_ settings: GatewaySettings, tokens: BearerTokens?) {
    self.tokens = tokens
    origins = Set(settings.origins.map { $0.lowercased() })
    hosts = Set(settings.hosts.map { $0.lowercased() })
  }

  // MARK: Roles

  /// The caller's role, once it may call the route.
  func role(of request: Request, for route: Route) throws(Problem) -> KeyRole {
    try checkOrigin(of: request, for: route)
    guard let tokens else { return .administrator }
    let role = tokens.role(authorization: request.headers[.authorization])
    guard let needed = route.role else { return role ?? .client }
    guard let role else {
      throw Problem(
        .unauthorized, .unauthenticated,
        "this needs a token: send the header Authorization: Bearer TOKEN",
        headers: [.wwwAuthenticate: "Bearer realm=\"captionmesh\""])
    }
    guard role == needed || role == .administrator else {
      throw Problem(.forbidden, .permissionDenied, "this needs an administrator’s token")
    }
    return role
  }

  // MARK: Other pages

  /// A page of somebody else's that its visitor's browser shows may not act here in their name.
  private func checkOrigin(of request: Request, for route: Route) throws(Problem) {
    guard route.method != .get, let origin = request.headers[.origin]?.lowercased() else { return }
    if origins.contains(origin) || origin == ownOrigin(of: request) { return }
    throw Problem(
      .forbidden, .permissionDenied,
      "pages of \(origin) may not call this gateway; `cors` in its configuration lists who may")
  }

  /// A name that leads to this machine by somebody else's doing is not the gateway's: their page
  /// would be taken for its own. With tokens it makes no difference.
  func checkHost(of request: Request) throws(Problem) {
    guard tokens == nil, let authority = request.head.authority else { return }
    let host = Self.host(of: authority.lowercased())
    if host == "localhost" || hosts.contains(host) || Self.isAddress(host) { return }
    throw Problem(
      HTTPResponse.Status(code: 421, reasonPhrase: "Misdirected Request"), .permissionDenied,
      "this gateway is not called by that name; `hosts` in its configuration lists its names")
  }

  private func ownOrigin(of request: Request) -> String? {
    guard let authority = request.head.authority?.lowercased() else { return nil }
    guard let origin = request.headers[.origin]?.lowercased() else { return nil }
    let scheme = origin.hasPrefix("https://") ? "https" : "http"
    return "\(scheme)://\(authority)"
  }

  private static func host(of authority: String) -> String {
    if authority.hasPrefix("[") { return String(authority.prefix { $0 != "]" }.dropFirst()) }
    return String(authority.prefix { $0 != ":" })
  }

  private static func isAddress(_ host: String) -> Bool {
    if host.contains(":") { return host.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." } }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
  }

  /// The answer to a browser that asks whether a page may call; nil where none asks or may.
  func preflight(_ request: Request, _ methods: [HTTPRequest.Method]) -> Response? {
    guard request.method == .options, let origin = request.headers[.origin]?.lowercased(),
      origins.contains(origin), request.headers[.accessControlRequestMethod] != nil
    else { return nil }
    return Response(
      status: .noContent,
      headers: [
        .accessControlAllowMethods: methods.map(\.rawValue).joined(separator: ", "),
        .accessControlAllowHeaders:
          "authorization, content-type, inference-header-content-length, traceparent",
        .accessControlMaxAge: "600",
      ])
  }

  // MARK: Headers

  /// What every answer says to browsers.
  func addHeaders(to headers: inout HTTPFields, for request: Request) {
    headers[.xContentTypeOptions] = "nosniff"
    headers[.referrerPolicy] = "no-referrer"
    if headers[.cacheControl] == nil { headers[.cacheControl] = "no-store" }
    if origins.isEmpty {
      headers[.crossOriginResourcePolicy] = "same-origin"
    } else {
      headers[.vary] = "Origin"
      if let origin = request.headers[.origin], origins.contains(origin.lowercased()) {
        headers[.accessControlAllowOrigin] = origin
        headers[.accessControlExposeHeaders] = "inference-header-content-length, retry-after"
      }
    }
  }
}

extension HTTPField.Name {
  static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
  static let inferenceHeaderLength = HTTPField.Name("Inference-Header-Content-Length")!
  static let traceparent = HTTPField.Name("traceparent")!
}
