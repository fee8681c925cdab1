import Hummingbird

/// The files of the page, which are built into the program.
struct Page: Sendable {
  let type: String
  let content: ByteBuffer
  /// Tells a browser whether what it has is still right.
  let tag: String

  init(_ bytes: [UInt8], type: String) {
    self.type = type
    content = ByteBuffer(bytes: bytes)
    // FNV-1a: only told apart from other versions of itself.
    let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    tag = "\"\(String(hash, radix: 16))\""
  }

  static let openAPI = Page(PackageResources.openapi_json, type: "application/json")

  static let files: [(path: String, page: Page)] = [
    ("/", Page(PackageResources.index_html, type: "text/html; charset=utf-8")),
    ("/page.css", Page(PackageResources.page_css, type: "text/css; charset=utf-8")),
    ("/page.js", script(PackageResources.page_js)),
    ("/photographs.js", script(PackageResources.photographs_js)),
    ("/card.js", script(PackageResources.card_js)),
    ("/attention.js", script(PackageResources.attention_js)),
    ("/mesh.js", script(PackageResources.mesh_js)),
    ("/gateway.js", script(PackageResources.gateway_js)),
    ("/icon.svg", Page(PackageResources.icon_svg, type: "image/svg+xml")),
  ]

  private static func script(_ bytes: [UInt8]) -> Page {
    Page(bytes, type: "text/javascript; charset=utf-8")
  }

  /// Nothing runs in the page but its own files, and it calls nobody but the gateway.
  static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  static var routes: [Route] {
    files.map { path, page in
      Route(.get, path) { request, _ in page.response(to: request) }
    }
  }

  func response(to request: Request) -> Response {
    var headers: HTTPFields = [
      .contentType: type, .eTag: tag, .cacheControl: "no-cache",
      .contentSecurityPolicy: Self.policy, .init("Permissions-Policy")!: "camera=(self)",
    ]
    guard request.headers[.ifNoneMatch] != tag else {
      headers[.contentType] = nil
      return Response(status: .notModified, headers: headers)
    }
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: content))
  }
}
