public import Imaging

/// One photograph and what models say of it.
public struct CaptionedPhotograph: Sendable {
  /// Its file's name.
  public var name: String
  /// Upright.
  public var image: Image
  public var captions: [ModelCaption]

  public init(name: String, image: Image, captions: [ModelCaption]) {
    self.name = name
    self.image = image
    self.captions = captions
  }
}

/// What one model says of a photograph.
public struct ModelCaption: Sendable {
  /// One word and where the decoder looked when it chose it.
  public struct Word: Sendable {
    public var text: String
    /// The weights over the grid's cells, row by row; empty without attention.
    public var attention: [Float]
    /// β, the share that the visual sentinel took (Lu and others 2017); nil without one.
    public var sentinel: Float?
    /// The model's probability of the word after those before it; nil where it is not known.
    public var probability: Double?

    public init(
      _ text: String, attention: [Float] = [], sentinel: Float? = nil, probability: Double? = nil
    ) {
      self.probability = probability
      self.text = text
      self.attention = attention
      self.sentinel = sentinel
    }
  }

  /// What people call the model.
  public var model: String
  public var words: [Word]
  /// The rows and columns of the encoder's grid.
  public var rows: Int
  public var columns: Int
  /// The sum of the words' natural log-probabilities.
  public var logProbability: Double

  /// Traps where a word's attention is not of the grid's size.
  public init(
    model: String, words: [Word], rows: Int, columns: Int, logProbability: Double
  ) {
    precondition(
      words.allSatisfy { [0, rows * columns].contains($0.attention.count) }, "another grid")
    self.model = model
    self.words = words
    self.rows = rows
    self.columns = columns
    self.logProbability = logProbability
  }

  public var sentence: String { words.map(\.text).joined(separator: " ") }

  /// Whether any word has a map to show.
  public var hasAttention: Bool { words.contains { !$0.attention.isEmpty } }
}
