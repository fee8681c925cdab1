public import MessagePack
public import Tensor

/// A caption, as the decoder makes it and as the client gets it.
public struct CaptionResult: MessagePackMessage {
  /// The sentence for people.
  public var caption: String
  /// The model's words, without those that begin and end a sentence.
  public var tokens: [String]
  /// The sum of the words' natural log probabilities.
  public var logProbability: Double
  /// Each word's natural log probability after those before it; empty where the decoder does not
  /// say.
  public var wordLogProbabilities: [Double]
  /// False when no hypothesis ended before the longest length.
  public var finished: Bool
  /// Where the decoder looked for each word: float32 [words, cells]; nil when not asked for or
  /// where the model has no attention.
  public var attention: Tensor?
  /// For each word β, the share that the visual sentinel took instead of the cells: float32 [words];
  /// nil where ``attention`` is nil or the model has no sentinel.
  public var sentinel: Tensor?
  /// The rows and columns of the grid that attention weighs, whose product is the number of cells;
  /// the encoder's grid where there is no attention.
  public var grid: Grid
  /// All hypotheses, best first, the caption's own included; empty when not asked for.
  public var beams: [CaptionBeam]

  public init(
    caption: String, tokens: [String], logProbability: Double, finished: Bool,
    wordLogProbabilities: [Double] = [], attention: Tensor? = nil, sentinel: Tensor? = nil,
    grid: Grid, beams: [CaptionBeam] = []
  ) {
    self.caption = caption
    self.tokens = tokens
    self.logProbability = logProbability
    self.finished = finished
    self.wordLogProbabilities = wordLogProbabilities
    self.beams = beams
    self.attention = attention
    self.sentinel = sentinel
    self.grid = grid
  }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    caption = try map.decode("caption")
    tokens = try map.decode("tokens")
    logProbability = try map.decode("log_probability")
    finished = try map.decode("finished")
    attention = try map.decodeIfPresent("attention")
    sentinel = try map.decodeIfPresent("sentinel")
    grid = try map.decode("grid")
    wordLogProbabilities = try map.decodeIfPresent("word_log_probabilities") ?? []
    beams = try map.decodeIfPresent("beams") ?? []
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("caption", caption)
    map.encode("tokens", tokens)
    map.encode("log_probability", logProbability)
    map.encode("finished", finished)
    map.encodeIfPresent("attention", attention)
    map.encodeIfPresent("sentinel", sentinel)
    map.encode("grid", grid)
    if !wordLogProbabilities.isEmpty {
      map.encode("word_log_probabilities", wordLogProbabilities)
    }
    if !beams.isEmpty { map.encode("beams", beams) }
  }
}

/// The rows and columns that an encoder divides an image into; [rows, columns] on the wire.
public struct Grid: MessagePackConvertible, Hashable {
  public var rows: Int
  public var columns: Int

  public init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
  }

  /// - Throws: ``MessagePackError``; with code `invalidValue` for what is not two extents.
  public init(from value: MessagePackValue) throws(MessagePackError) {
    let extents = try [Int](from: value)
    guard extents.count == 2, Shape(validating: extents) != nil else {
      throw MessagePackError(code: .invalidValue, message: "\(extents) is not [rows, columns]")
    }
    self.init(rows: extents[0], columns: extents[1])
  }

  public func encode(into writer: inout MessagePackWriter) {
    [rows, columns].encode(into: &writer)
  }
}
