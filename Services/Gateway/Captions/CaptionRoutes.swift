import GRPCCore
import Hummingbird
import MeshAPI
import MeshSecurity
import MessagePack
import NIOCore
import ServiceKit

/// `POST /v1/captions`: photographs in, captions out, together or as they finish.
struct CaptionRoutes: Sendable {
  let meshes: Meshes
  let reader: BodyReader
  let limits: GatewaySettings.Limits
  let metrics: GatewayMetrics

  var routes: [Route] {
    [Route(.post, "/v1/captions", role: .client, handler: captions)]
  }

  /// The photographs of one request.
  private struct Batch: Sendable {
    let photographs: [Photograph]
    let parameters: CaptionParameters
    let mesh: MeshClient
    let model: String
    let metadata: Metadata
    /// Holds the request's place in the budget until all is answered.
    let share: BodyBudget.Share
  }

  struct Photograph: Sendable {
    let name: String
    let image: MessageBytes
  }

  private struct Answers: Encodable {
    let model: String
    let captions: [CaptionAnswer]
  }

  @Sendable
  private func captions(_ request: Request, _ call: Call) async throws -> Response {
    let batch = try await read(request)
    if request.headers[.accept]?.contains("text/event-stream") == true {
      return events(batch, call)
    }
    let answers = try await call.context.whileClientWaits {
      var answers: [CaptionAnswer] = []
      try await caption(batch) { answers.append($0) }
      return answers.sorted { $0.index < $1.index }
    }
    return .json(Answers(model: batch.model, captions: answers))
  }

  // MARK: Reading

  private func read(_ request: Request) async throws -> Batch {
    guard let query = PercentEncoding.pairs(ofQuery: request.uri.query) else {
      throw Problem.badRequest("the query is not percent-encoded UTF-8")
    }
    let type = HeaderParameters(request.headers[.contentType] ?? "")
    let isForm = type.value == "multipart/form-data"
    guard isForm || type.value.hasPrefix("image/") || type.value == "application/octet-stream"
    else {
      throw Problem(
        .unsupportedMediaType, .invalidArgument,
        "send a photograph as image/jpeg, image/png or application/octet-stream, or several as "
          + "multipart/form-data")
    }
    // A model that there is not is told before the photographs come.
    _ = try CaptionParameters(query)
    let body = try await reader.read(request)
    let (photographs, pairs) = try isForm ? form(body.bytes, request, query) : ([], query)
    let parameters = try CaptionParameters(pairs)
    let (mesh, model) = try await meshes.mesh(for: parameters.model)
    var metadata: Metadata = [:]
    if let parent = request.headers[.traceparent] {
      metadata.addString(parent, forKey: "traceparent")
    }
    return Batch(
      photographs: isForm
        ? photographs
        : [Photograph(name: parameters.name ?? "", image: MessageBytes(copying: body.bytes))],
      parameters: parameters, mesh: mesh, model: model.name, metadata: metadata, share: body.share)
  }

  /// A form's photographs, which are its files and what is called "image", and its other fields
  /// beside the query's.
  private func form(
    _ body: [UInt8], _ request: Request, _ query: [(name: String, value: String)]
  ) throws(Problem) -> ([Photograph], [(name: String, value: String)]) {
    let form = try Multipart(
      body, contentType: request.headers[.contentType] ?? "",
      maximumParts: limits.images + CaptionParameters.names.count)
    var photographs: [Photograph] = []
    var pairs = query
    for part in form.parts {
      if part.fileName == nil, part.name != "image" {
        pairs.append((part.name, String(decoding: body[part.range], as: UTF8.self)))
      } else {
        photographs.append(
          Photograph(
            name: part.fileName ?? part.name,
            image: unsafe MessageBytes(copying: body.span.bytes.extracting(part.range))))
      }
    }
    guard (1...limits.images).contains(photographs.count) else {
      throw .badRequest(
        "a form has \(photographs.count) photographs; a request may have 1 to \(limits.images)")
    }
    return (photographs, pairs)
  }

  // MARK: Captioning

  /// Captions all of a request's photographs, and hands on each answer as it comes. One that fails
  /// alone among others is answered so.
  ///
  /// - Throws: what went wrong with the only photograph; `CancellationError`.
  private func caption(
    _ batch: Batch, report: (CaptionAnswer) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: CaptionAnswer.self) { group in
      for index in batch.photographs.indices {
        group.addTask { try await answer(index, of: batch) }
      }
      for try await answer in group { try await report(answer) }
    }
  }

  private func answer(_ index: Int, of batch: Batch) async throws -> CaptionAnswer {
    let photograph = batch.photographs[index]
    do {
      let reply = try await meshes.caption(
        Meshes.Order(
          image: photograph.image, name: photograph.name, options: batch.parameters.options,
          timeout: batch.parameters.timeout ?? limits.requestTimeout,
          priority: batch.parameters.priority, metadata: batch.metadata), in: batch.mesh)
      let result = try reply.result.get()
      metrics.captioned("completed")
      return CaptionAnswer(index: index, name: photograph.name, reply: reply, result: result)
    } catch {
      try Task.checkCancellation()
      let problem = (error as? Problem) ?? (error as? RPCError).map { Problem($0) }
      metrics.captioned(problem?.code ?? "CANCELLED")
      guard let problem, batch.photographs.count > 1 else { throw error }
      return CaptionAnswer(index: index, name: photograph.name, problem: problem)
    }
  }

  // MARK: Server-sent events

  private struct Begin: Encodable {
    let model: String
    let photographs: Int
  }

  private struct End: Encodable {
    let captioned: Int
    let failed: Int
  }

  /// `begin`, a `caption` or `failure` for each photograph as it finishes, and `end`.
  private func events(_ batch: Batch, _ call: Call) -> Response {
    let body = ResponseBody { writer in
      let (events, feed) = AsyncStream<ByteBuffer>.makeStream()
      feed.yield(
        .event("begin", Begin(model: batch.model, photographs: batch.photographs.count)))
      let work = Task {
        defer { feed.finish() }
        try await call.context.whileClientWaits {
          await feedCaptions(of: batch, to: feed)
        }
      }
      do {
        for await event in events { try await writer.write(event) }
      } catch {
        // Nobody reads any more.
        work.cancel()
        throw error
      }
      try await writer.finish(nil)
    }
    return Response(
      status: .ok,
      headers: [
        .contentType: "text/event-stream", .cacheControl: "no-store",
        .init("X-Accel-Buffering")!: "no",
      ], body: body)
  }

  private func feedCaptions(
    of batch: Batch, to feed: AsyncStream<ByteBuffer>.Continuation
  ) async {
    var end = (captioned: 0, failed: 0)
    do {
      try await caption(batch) { answer in
        if answer.error == nil { end.captioned += 1 } else { end.failed += 1 }
        feed.yield(.event(answer.error == nil ? "caption" : "failure", answer))
      }
    } catch let error where !(error is CancellationError) {
      let problem = (error as? Problem) ?? (error as? RPCError).map { Problem($0) }
      let answer = CaptionAnswer(
        index: 0, name: batch.photographs[0].name,
        problem: problem ?? Problem(.internalError, "something went wrong here"))
      end.failed += 1
      feed.yield(.event("failure", answer))
    } catch {
      return
    }
    feed.yield(.event("end", End(captioned: end.captioned, failed: end.failed)))
  }
}

extension ByteBuffer {
  /// One server-sent event; JSON on one line.
  fileprivate static func event(_ name: String, _ value: some Encodable) -> ByteBuffer {
    var event = ByteBuffer(string: "event: \(name)\ndata: ")
    event.writeImmutableBuffer(.json(value))
    event.writeString("\n\n")
    return event
  }
}

extension MessageBytes {
  init(copying bytes: [UInt8]) { unsafe self.init(copying: bytes.span.bytes) }
}
