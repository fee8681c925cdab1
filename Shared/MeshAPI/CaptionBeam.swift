public import MessagePack

/// One hypothesis of a beam search.
public struct CaptionBeam: MessagePackMessage, Hashable {
  /// The model's words, without those that begin and end a sentence.
  public var tokens: [String]
  /// The sum of the words' natural log probabilities.
  public var logProbability: Double
  /// Whether the sentence ended before the longest length.
  public var finished: Bool

  public init(tokens: [String], logProbability: Double, finished: Bool) {
    self.tokens = tokens
    self.logProbability = logProbability
    self.finished = finished
  }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    tokens = try map.decode("tokens")
    logProbability = try map.decode("log_probability")
    finished = try map.decode("finished")
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("tokens", tokens)
    map.encode("log_probability", logProbability)
    map.encode("finished", finished)
  }
}
