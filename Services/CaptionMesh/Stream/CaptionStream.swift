import GRPCCore
import MeshAPI
import MessagePack

/// Sends images to the mesh, a bounded number at a time, and hands on what comes back. An image that
/// the mesh has no room for is sent again when the mesh says that it may.
struct CaptionStream<Paths: AsyncSequence & Sendable>: Sendable
where Paths.Element == String, Paths.Failure == Never {
  let paths: Paths
  let options: DecodeOptions
  /// Images on their way at the same time.
  let window: Int

  /// - Parameter report: called once for each path, not in their order.
  /// - Returns: how many were captioned and how many were not.
  /// - Throws: `RPCError` when the conversation with the mesh breaks.
  func run<Transport: ClientTransport>(
    _ client: Captioner.Client<Transport>,
    report: @Sendable @escaping (String, CaptionReply) async -> Void
  ) async throws -> CaptionCounts {
    let flight = Flight(window: window)
    let (queue, continuation) = AsyncStream.makeStream(of: Flight.Item.self)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for await path in paths {
          await flight.takePlace()
          continuation.yield(await flight.begin(path))
        }
        if await flight.close() { continuation.finish() }
      }
      let counts = try await client.captionStream(
        requests: { writer in
          for await item in queue {
            do throws(ItemError) {
              let bytes = try ImageFile.read(item.path)
              try await send(bytes, item, writer)
            } catch {
              await report(
                item.path, CaptionReply(id: item.id, result: .failure(error), attempts: 0))
              if await flight.end(item.id, captioned: false) { continuation.finish() }
            }
          }
        },
        replies: { replies in
          for try await reply in replies {
            guard let item = await flight.item(reply.id) else { continue }
            if case .failure(let error) = reply.result, error.code == .resourceExhausted {
              let delay = Duration.milliseconds(error.retryAfterMilliseconds ?? 100)
              Task {
                try? await Task.sleep(for: delay)
                continuation.yield(item)
              }
              continue
            }
            await report(item.path, reply)
            let captioned = if case .success = reply.result { true } else { false }
            if await flight.end(reply.id, captioned: captioned) { continuation.finish() }
          }
          return await flight.counts
        })
      group.cancelAll()
      return counts
    }
  }

  private func send(
    _ bytes: [UInt8], _ item: Flight.Item, _ writer: RPCWriter<CaptionRequest>
  ) async throws(ItemError) {
    do {
      try await writer.write(
        CaptionRequest(
          id: item.id, image: MessageBytes(bytes), name: item.path, options: options))
    } catch {
      throw ItemError(.unavailable, "\(item.path): cannot be sent: \(error)")
    }
  }
}

/// How many images were captioned and how many were not.
struct CaptionCounts: Sendable {
  var captioned = 0
  var failed = 0
}

/// The images on their way.
private actor Flight {
  struct Item: Sendable {
    var id: String
    var path: String
  }

  private let window: Int
  private var items: [String: Item] = [:]
  private var taken = 0
  private var waiting: CheckedContinuation<Void, Never>?
  private var next = 0
  private var isClosed = false
  private(set) var counts = CaptionCounts()

  init(window: Int) { self.window = window }

  /// Waits until there is room for one more. One task calls this.
  func takePlace() async {
    if taken == window { await withCheckedContinuation { waiting = $0 } }
    taken += 1
  }

  func begin(_ path: String) -> Item {
    let item = Item(id: "\(next)", path: path)
    next += 1
    items[item.id] = item
    return item
  }

  func item(_ id: String) -> Item? { items[id] }

  /// Says that no more images come; returns whether all are answered.
  func close() -> Bool {
    isClosed = true
    return items.isEmpty
  }

  /// Says that an image is answered; returns whether it was the last.
  func end(_ id: String, captioned: Bool) -> Bool {
    guard items.removeValue(forKey: id) != nil else { return false }
    if captioned { counts.captioned += 1 } else { counts.failed += 1 }
    taken -= 1
    waiting?.resume()
    waiting = nil
    return isClosed && items.isEmpty
  }
}
