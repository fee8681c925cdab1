import GRPCCore
import Hummingbird

/// Reads requests' bodies, no more of them than may be, and no longer than that takes.
struct BodyReader: Sendable {
  let limit: Int
  let timeout: Duration
  let budget: BodyBudget

  private static let blockSize = 1 << 20

  /// A request's bytes and their place in the budget.
  struct Body: Sendable {
    let bytes: [UInt8]
    let share: BodyBudget.Share
  }

  /// - Parameter limit: where it is less than that of all requests.
  /// - Throws: ``Problem``: 413, 415, 429, or 408 from a sender that is too slow.
  func read(_ request: Request, limit: Int? = nil) async throws -> Body {
    let limit = min(limit ?? self.limit, self.limit)
    if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
      throw Problem(
        .unsupportedMediaType, .unimplemented,
        "Content-Encoding \(encoding) is not read here; send the request uncompressed",
        headers: [.acceptEncoding: "identity"])
    }
    let announced = request.headers[.contentLength].flatMap { Int($0) } ?? 0
    guard announced <= limit else { throw Problem.tooLarge(limit) }
    return try await withThrowingTaskGroup(of: Body?.self) { group in
      group.addTask { try await collect(request.body, limit, announced) }
      group.addTask {
        try await Task.sleep(for: timeout)
        return nil
      }
      defer { group.cancelAll() }
      guard let body = try await group.next() ?? nil else {
        throw Problem(
          .requestTimeout, .deadlineExceeded, "the request did not come within \(timeout)",
          headers: [.connection: "close"])
      }
      return body
    }
  }

  private func collect(
    _ parts: RequestBody, _ limit: Int, _ announced: Int
  ) async throws -> Body {
    let share = budget.share()
    // Where nothing is announced, blocks: an array that grows to what will be refused is copied into
    // new memory again and again.
    let blockSize = max(announced, Self.blockSize)
    var blocks: [[UInt8]] = []
    var bytes: [UInt8] = []
    var total = 0
    for try await part in parts {
      total += part.readableBytes
      guard total <= limit else { throw Problem.tooLarge(limit) }
      try share.take(part.readableBytes)
      if bytes.count + part.readableBytes > blockSize {
        blocks.append(bytes)
        bytes = []
      }
      // Only what has begun to come is made room for.
      if bytes.isEmpty { bytes.reserveCapacity(announced) }
      bytes.append(contentsOf: part.readableBytesView)
    }
    guard !blocks.isEmpty else { return Body(bytes: bytes, share: share) }
    var whole: [UInt8] = []
    whole.reserveCapacity(total)
    for block in blocks { whole += block }
    whole += bytes
    return Body(bytes: whole, share: share)
  }
}
