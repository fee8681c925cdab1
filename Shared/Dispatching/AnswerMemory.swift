import MeshAPI
import MessagePack
import Scheduling

/// How many answers are remembered, and how long.
public struct AnswerMemoryLimits: Hashable, Sendable {
  public var age: Duration = .seconds(60)
  public var count = 16_384
  /// Of all payloads together.
  public var bytes = 32 << 20

  public init() {}
}

/// What a client's request is known by when it comes again: its id and what it asks for. Whoever
/// has an id but not the photograph learns nothing, and an id that is used again for another
/// photograph is another request.
struct RequestKey: Hashable {
  private let id: String
  private let options: DecodeOptions
  /// Swift's hash, seeded at random for each process.
  private let image: Int

  /// Nil for a request without an id.
  init?(_ request: CaptionRequest) {
    guard !request.id.isEmpty else { return nil }
    id = request.id
    options = request.options
    var hasher = Hasher()
    unsafe request.image.withUnsafeBytes { bytes in unsafe hasher.combine(bytes: bytes) }
    image = hasher.finalize()
  }
}

/// The answers of the last minute, for clients that ask again because their connection broke before
/// an answer arrived. It does no I/O.
struct AnswerMemory {
  private struct Entry {
    let answer: Answer<StagePayload>
    let byteCount: Int
    let time: Duration
  }

  private let limits: AnswerMemoryLimits
  private var entries: [RequestKey: Entry] = [:]
  /// The keys from the oldest on; those before `first` are forgotten.
  private var keys: [RequestKey] = []
  private var first = 0
  private(set) var byteCount = 0

  init(_ limits: AnswerMemoryLimits) { self.limits = limits }

  var count: Int { entries.count }

  /// The answer to a request that was answered before; nil when it was not, or too long ago.
  func answer(to key: RequestKey, at now: Duration) -> Answer<StagePayload>? {
    guard let entry = entries[key], now - entry.time < limits.age else { return nil }
    return entry.answer
  }

  /// Remembers an answer that would come out the same again, and forgets what is too old or too
  /// much.
  mutating func remember(_ answer: Answer<StagePayload>, to key: RequestKey, at now: Duration) {
    var byteCount = 0
    switch answer.result {
    case .success(.packed(let bytes)): byteCount = bytes.count
    case .success(.message): return
    case .failure(let failure): if !failure.isFinal { return }
    }
    forget(at: now, room: byteCount)
    guard entries[key] == nil, byteCount <= limits.bytes else { return }
    entries[key] = Entry(answer: answer, byteCount: byteCount, time: now)
    keys.append(key)
    self.byteCount += byteCount
  }

  /// Forgets what is too old, and the oldest until there is room for another answer.
  private mutating func forget(at now: Duration, room: Int) {
    while first < keys.count, let oldest = entries[keys[first]],
      entries.count >= limits.count || byteCount + room > limits.bytes
        || now - oldest.time >= limits.age
    {
      entries[keys[first]] = nil
      byteCount -= oldest.byteCount
      first += 1
    }
    if first > keys.count / 2 {
      keys.removeFirst(first)
      first = 0
    }
  }
}

extension Failure {
  /// Whether the same request fails in the same way again: the photograph is at fault.
  fileprivate var isFinal: Bool {
    [.invalidArgument, .internal, .outOfRange].contains(code)
  }
}
