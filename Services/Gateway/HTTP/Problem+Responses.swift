import Hummingbird

/// How a family of routes tells of errors.
enum ErrorStyle: Sendable {
  /// `application/problem+json` (RFC 9457).
  case problem
  /// The Open Inference Protocol's `{"error": …}`.
  case inference
}

extension Problem {
  /// The body of RFC 9457, with gRPC's name of the status beside it.
  struct Body: Encodable {
    var type = "about:blank"
    var title: String
    var status: Int
    var detail: String
    var code: String
  }

  private struct InferenceBody: Encodable {
    var error: String
  }

  var body: Body {
    Body(title: status.reasonPhrase, status: status.code, detail: detail, code: code)
  }

  func response(_ style: ErrorStyle) -> Response {
    var response =
      switch style {
      case .problem: Response.json(body, status: status, type: "application/problem+json")
      case .inference: Response.json(InferenceBody(error: detail), status: status)
      }
    for header in headers { response.headers.append(header) }
    return response
  }
}
