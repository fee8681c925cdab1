public import MeshAPI
public import MessagePack

/// What a stage's process computes; the rest of being a worker is ``WorkerRunner``'s.
///
/// `Input` and `Output` are the stage's messages: `LoadInput` → `ImageTensor` → `FeatureGrid` →
/// `CaptionResult`, or `ScoreInput` → `ScoreReply`.
public protocol StageWorker: Sendable {
  associatedtype Input: MessagePackMessage
  associatedtype Output: MessagePackMessage

  var stage: Stage { get }
  /// What the worker was made with; see `StageIdentity` for who compares it with what.
  var identity: StageIdentity { get }
  /// The most items that the worker holds, those that wait for the next batch included. Twice
  /// ``maximumBatch`` unless said otherwise: one batch computed and one on its way.
  var capacity: Int { get }
  /// The most items that ``process(_:)`` gets.
  var maximumBatch: Int { get }
  /// How much structure an input may have.
  var inputLimits: MessagePackLimits { get }

  /// Computes a batch: one result or failure for each item, in the items' order. An item that
  /// cannot be computed fails alone.
  ///
  /// It is called on a thread of its own, one batch after the other, and may keep that thread busy
  /// for as long as it takes.
  func process(_ batch: [StageItem<Input>]) async -> [Result<Output, ItemError>]
}

extension StageWorker {
  public var capacity: Int { 2 * maximumBatch }
  public var inputLimits: MessagePackLimits { MessagePackLimits() }
}

/// One item of a batch.
public struct StageItem<Input: Sendable>: Sendable {
  public var input: Input
  /// How the caption is searched for; for decoders.
  public var options: DecodeOptions
  /// When nobody waits for the result any more.
  public var deadline: ContinuousClock.Instant
  private let isCancelled: @Sendable () -> Bool

  public init(
    input: Input, options: DecodeOptions = DecodeOptions(), deadline: ContinuousClock.Instant,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) {
    self.input = input
    self.options = options
    self.deadline = deadline
    self.isCancelled = isCancelled
  }

  /// Whether somebody still waits for the result. Long work asks again and again, and ends when
  /// nobody does.
  public var isWanted: Bool { ContinuousClock.now <= deadline && !isCancelled() }
}
