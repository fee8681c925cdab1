import GRPCCore
import MeshAPI
import MessagePack

/// Sends images to the mesh, a bounded number at a time, and hands on what comes back.
///
/// An image that the mesh has no room for is sent again when the mesh says that it may. When the
/// conversation breaks, as it does when the dispatcher dies, a new one is begun and what was not
/// answered is sent again under the same id, so that the mesh can tell that it has answered it.
struct CaptionStream<Paths: AsyncSequence & Sendable>: Sendable
where Paths.Element == String, Paths.Failure == Never {
  let paths: Paths
  let options: DecodeOptions
  /// Images on their way at the same time.
  let window: Int
  /// How long the mesh may be away once it has answered.
  var patience: Duration = .seconds(30)
  /// How long it may be away before its first answer.
  var firstPatience: Duration = .seconds(3)
  /// Called when a conversation broke and another one is begun.
  var onBreak: @Sendable (RPCError) async -> Void = { _ in }
  /// What goes along with each conversation.
  var metadata: Metadata = [:]

  /// - Parameter report: called once for each image, not in their order.
  /// - Returns: how many were captioned and how many were not.
  /// - Throws: `RPCError` when there is no mesh, or none any more.
  func run<Transport: ClientTransport>(
    _ client: Captioner.Client<Transport>,
    report: @Sendable @escaping (CaptionFlight.Item, CaptionReply) async -> Void
  ) async throws -> CaptionCounts {
    let flight = CaptionFlight(
      window: window, patience: patience, firstPatience: firstPatience)
    // Nobody waits for its end: it may be waiting for a line of standard input.
    let reading = Task {
      for await path in paths {
        guard await flight.begin(path) else { return }
      }
      await flight.close()
    }
    defer { reading.cancel() }
    while true {
      do {
        try await converse(client, flight, report: report)
        return await flight.counts
      } catch let error as RPCError where error.code == .unavailable {
        if await flight.isComplete { return await flight.counts }
        guard await flight.hangUp() else { throw error }
        await onBreak(error)
        try await Task.sleep(for: .milliseconds(50))
      }
    }
  }

  /// Returns when everything is answered.
  private func converse<Transport: ClientTransport>(
    _ client: Captioner.Client<Transport>, _ flight: CaptionFlight,
    report: @Sendable @escaping (CaptionFlight.Item, CaptionReply) async -> Void
  ) async throws {
    let queue = await flight.open()
    try await client.captionStream(
      metadata: metadata,
      requests: { writer in
        for await item in queue {
          let bytes: [UInt8]
          do throws(ItemError) {
            bytes = try ImageFile.read(item.path)
          } catch {
            let reply = CaptionReply(id: item.id, result: .failure(error), attempts: 0)
            await report(item, reply)
            await flight.end(item.id, captioned: false)
            continue
          }
          try await writer.write(
            CaptionRequest(
              id: item.id, image: MessageBytes(bytes), name: item.path, options: options))
        }
      },
      replies: { replies in
        for try await reply in replies {
          guard let item = await flight.heard(reply.id) else { continue }
          if case .failure(let error) = reply.result, await flight.retries(item.id, error) {
            continue
          }
          await report(item, reply)
          let captioned = if case .success = reply.result { true } else { false }
          await flight.end(item.id, captioned: captioned)
        }
      })
    // A dispatcher that stops in good order ends the stream though not all is answered.
    guard await flight.isComplete else {
      throw RPCError(
        code: .unavailable, message: "the mesh ended the stream before its last answer")
    }
  }
}

/// How many images were captioned and how many were not.
struct CaptionCounts: Sendable {
  var captioned = 0
  var failed = 0
  /// Answers to what was answered already; there should be none.
  var repeated = 0
  /// Conversations with the mesh that broke.
  var broken = 0
}
