/// What a worker says of itself when it registers.
public struct WorkerDescription: Hashable, Sendable {
  /// The stage that it serves.
  public var stage: String
  /// The most tasks that it holds at a time.
  public var capacity: Int
  /// The most tasks that it computes together.
  public var maximumBatch: Int
  /// The identity of the inputs that it was made for, such as the hash of a preprocessing; nil
  /// where any will do.
  public var expects: String?
  /// The identity of its outputs, such as the hash of weights and preprocessing; nil where nobody
  /// depends on it.
  public var produces: String?

  public init(
    stage: String, capacity: Int, maximumBatch: Int, expects: String? = nil,
    produces: String? = nil
  ) {
    self.stage = stage
    self.capacity = capacity
    self.maximumBatch = maximumBatch
    self.expects = expects
    self.produces = produces
  }
}
