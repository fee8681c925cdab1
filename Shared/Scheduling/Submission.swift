/// A request as it arrives.
public struct Submission<Payload: Sendable>: Sendable {
  /// The name of the pipeline it goes through.
  public var pipeline: String
  /// The input of the pipeline's first stage.
  public var payload: Payload
  public var byteCount: Int
  /// When the client stops waiting, on the scheduler's clock; nil when it did not say.
  public var deadline: Duration?

  public init(pipeline: String, payload: Payload, byteCount: Int, deadline: Duration? = nil) {
    self.pipeline = pipeline
    self.payload = payload
    self.byteCount = byteCount
    self.deadline = deadline
  }
}
