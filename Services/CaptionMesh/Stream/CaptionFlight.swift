import GRPCCore
import MeshAPI

/// The images on their way to the mesh and back.
actor CaptionFlight {
  struct Item: Sendable {
    var id: String
    var path: String
    /// Its place among all, from 0.
    var number: Int
    /// Since when the mesh has answered that it cannot at the moment.
    fileprivate var refusedSince: ContinuousClock.Instant?
    /// Whether it waits until it may be sent again.
    fileprivate var isResting = false
  }

  private let window: Int
  private let patience: Duration
  private let firstPatience: Duration
  private let start = ContinuousClock.now
  /// What makes the ids different from those of other clients and other runs.
  private let prefix = String(UInt64.random(in: 0...UInt64.max), radix: 16)
  private var items: [String: Item] = [:]
  private var taken = 0
  private var waiting: CheckedContinuation<Void, Never>?
  private var next = 0
  private var isClosed = false
  /// Whether the mesh was given up.
  private var isOver = false
  private var conversation: AsyncStream<Item>.Continuation?
  private var hasHeard = false
  /// Since when there has been no answer because the conversation broke.
  private var brokenSince: ContinuousClock.Instant?
  private(set) var counts = CaptionCounts()

  init(window: Int, patience: Duration, firstPatience: Duration) {
    self.window = window
    self.patience = patience
    self.firstPatience = firstPatience
  }

  /// Whether everything is answered and no more images come.
  var isComplete: Bool { isClosed && items.isEmpty }

  // MARK: Images

  /// Sends one more image once there is room for it. One task calls this.
  ///
  /// - Returns: whether the flight goes on.
  func begin(_ path: String) async -> Bool {
    if taken == window, !isOver { await withCheckedContinuation { waiting = $0 } }
    guard !isOver, !Task.isCancelled else { return false }
    taken += 1
    let item = Item(id: "\(prefix)-\(next)", path: path, number: next)
    next += 1
    items[item.id] = item
    conversation?.yield(item)
    return true
  }

  /// No more images come.
  func close() {
    isClosed = true
    finishIfComplete()
  }

  /// An image is answered.
  func end(_ id: String, captioned: Bool) {
    guard items.removeValue(forKey: id) != nil else { return }
    if captioned { counts.captioned += 1 } else { counts.failed += 1 }
    taken -= 1
    waiting?.resume()
    waiting = nil
    finishIfComplete()
  }

  // MARK: Conversations

  /// Begins a conversation: what is to be sent in it, first of all what is not answered yet.
  func open() -> AsyncStream<Item> {
    let (queue, conversation) = AsyncStream.makeStream(of: Item.self)
    self.conversation = conversation
    for item in items.values.sorted(by: { $0.number < $1.number }) where !item.isResting {
      conversation.yield(item)
    }
    finishIfComplete()
    return queue
  }

  /// The conversation broke. Returns whether another one is worth while: not when the mesh has been
  /// away for too long.
  func hangUp() -> Bool {
    conversation?.finish()
    conversation = nil
    let now = ContinuousClock.now
    brokenSince = brokenSince ?? (hasHeard ? now : start)
    isOver = now - brokenSince! >= (hasHeard ? patience : firstPatience)
    if isOver {
      waiting?.resume()
      waiting = nil
    } else {
      counts.broken += 1
    }
    return !isOver
  }

  /// The image that an answer is about; nil when it is answered already.
  func heard(_ id: String) -> Item? {
    hasHeard = true
    brokenSince = nil
    if items[id] == nil { counts.repeated += 1 }
    return items[id]
  }

  /// Whether an image whose answer is this error is sent again, when the mesh says or soon: it may
  /// be full, or about to be replaced by another.
  func retries(_ id: String, _ error: ItemError) -> Bool {
    guard let item = items[id] else { return false }
    let now = ContinuousClock.now
    switch error.code {
    case .resourceExhausted: break
    case .unavailable where now - (item.refusedSince ?? now) < patience:
      items[id]!.refusedSince = item.refusedSince ?? now
    default: return false
    }
    items[id]!.isResting = true
    let delay = Duration.milliseconds(error.retryAfterMilliseconds ?? 100)
    Task {
      try? await Task.sleep(for: delay)
      sendAgain(id)
    }
    return true
  }

  private func sendAgain(_ id: String) {
    items[id]?.isResting = false
    if let item = items[id] { conversation?.yield(item) }
  }

  private func finishIfComplete() {
    if isComplete { conversation?.finish() }
  }
}
