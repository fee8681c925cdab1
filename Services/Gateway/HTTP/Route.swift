import Hummingbird
import MeshSecurity

/// What is served at a path.
struct Route: Sendable {
  typealias Handler = @Sendable (Request, Call) async throws -> Response

  let method: HTTPRequest.Method
  /// As OpenAPI writes it: "/v2/models/{model}/infer".
  let path: String
  /// Who may call it; nil: anybody.
  let role: KeyRole?
  let style: ErrorStyle
  let handler: Handler
  private let segments: [Segment]

  private enum Segment: Sendable {
    case text(Substring)
    case parameter(String)
  }

  init(
    _ method: HTTPRequest.Method, _ path: String, role: KeyRole? = nil,
    style: ErrorStyle = .problem, handler: @escaping Handler
  ) {
    self.method = method
    self.path = path
    self.role = role
    self.style = style
    self.handler = handler
    segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
      $0.first == "{" ? .parameter(String($0.dropFirst().dropLast())) : .text($0)
    }
  }

  /// The path's parameters; nil where the path is another one's.
  func match(_ path: [Substring]) -> [String: String]? {
    guard path.count == segments.count else { return nil }
    var parameters: [String: String] = [:]
    for (segment, part) in zip(segments, path) {
      switch segment {
      case .text(let text): guard text == part else { return nil }
      case .parameter(let name):
        // Names are compared with those that there are, and lead to no file.
        guard !part.isEmpty, let value = PercentEncoding.decode(part) else { return nil }
        parameters[name] = value
      }
    }
    return parameters
  }
}

/// A request that found its route.
struct Call: Sendable {
  let context: GatewayContext
  /// Of the path.
  let parameters: [String: String]
  /// The caller's.
  let role: KeyRole
}

/// All routes.
struct RouteTable: Sendable {
  enum Match {
    case route(Route, [String: String])
    /// The path is served with other methods.
    case methods([HTTPRequest.Method], ErrorStyle)
    case nothing
  }

  let routes: [Route]

  func match(_ method: HTTPRequest.Method, _ path: String) -> Match {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    var others: [Route] = []
    for route in routes {
      guard let parameters = route.match(Array(parts)) else { continue }
      if route.method == method || (method == .head && route.method == .get) {
        return .route(route, parameters)
      }
      others.append(route)
    }
    guard let other = others.first else { return .nothing }
    let methods = others.map(\.method)
    return .methods(methods + (methods.contains(.get) ? [.head] : []), other.style)
  }
}
