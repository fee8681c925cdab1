import GRPCCore
import Hummingbird
import Logging
import MeshAPI
import MeshSecurity
import Metrics
import NIOHTTP1

/// Answers every request: finds its route, sees who asks, and turns what goes wrong into an answer.
struct GatewayResponder: HTTPResponder {
  typealias Context = GatewayContext

  let routes: RouteTable
  let access: AccessRules
  let metrics: GatewayMetrics
  let logger: Logger

  func respond(to request: Request, context: GatewayContext) async throws -> Response {
    let start = ContinuousClock.now
    let match = routes.match(request.method, request.uri.path)
    let (label, style): (String, ErrorStyle) =
      switch match {
      case .route(let route, _): (route.path, route.style)
      case .methods(_, let style): ("other", style)
      case .nothing: ("other", .problem)
      }
    var response: Response
    do {
      response = try await answer(request, match, context)
    } catch let error as HTTPParserError {
      throw error
    } catch {
      response = problem(error, label).response(style)
    }
    access.addHeaders(to: &response.headers, for: request)
    if request.method == .head { response = response.createHeadResponse() }
    metrics.answered(label, response.status.code, after: start.duration(to: .now))
    return response
  }

  private func answer(
    _ request: Request, _ match: RouteTable.Match, _ context: GatewayContext
  ) async throws -> Response {
    try access.checkHost(of: request)
    switch match {
    case .nothing:
      throw Problem(.notFound, .notFound, "there is nothing here; /openapi.json says what there is")
    case .methods(let methods, _):
      if let preflight = access.preflight(request, methods) { return preflight }
      let allowed = methods.map(\.rawValue).joined(separator: ", ")
      throw Problem(
        .methodNotAllowed, .unimplemented, "this is for \(allowed)", headers: [.allow: allowed])
    case .route(let route, let parameters):
      let role = try access.role(of: request, for: route)
      return try await route.handler(
        request, Call(context: context, parameters: parameters, role: role))
    }
  }

  private func problem(_ error: any Error, _ route: String) -> Problem {
    switch error {
    case let problem as Problem: return problem
    case let error as RPCError: return Problem(error)
    case let error as ItemError: return Problem(error)
    case is CancellationError: return Problem(.cancelled, "the client went away")
    default:
      logger.error("\(route): \(error)")
      return Problem(.internalError, "something went wrong here; the gateway's log says what")
    }
  }
}
