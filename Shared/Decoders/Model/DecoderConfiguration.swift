public import Compute

/// Every choice that fixes the shapes and the arithmetic of a decoder; stored in its checkpoint.
public struct DecoderConfiguration: Sendable, Equatable, Codable {
  /// Which captioner it is.
  public enum Architecture: String, Sendable, CaseIterable, Codable {
    /// Show and Tell (Vinyals and others 2015): the image enters through the first state alone.
    case tell
    /// Show, Attend and Tell (Xu and others 2015): soft attention over the feature map's cells.
    case attend
    /// Knowing When to Look (Lu and others 2017): attention after the cell, with a visual sentinel
    /// for words that need no look.
    case adaptive
  }

  /// How the attended context enters a step of ``Architecture/attend``.
  public enum Context: String, Sendable, CaseIterable, Codable {
    /// gate ⊙ Σ α·features with gate = sigmoid(f_beta(h)), as the tutorial has it.
    case gated
    /// A linear layer of Σ α·features, of the embedding's size, as the course has it.
    case projected
    /// Σ α·features itself.
    case plain
  }

  public var architecture: Architecture
  public var cell: RecurrentCell
  public var context: Context
  /// The nonlinearity of the attention's hidden layer.
  public var activation: AttentionActivation
  /// Channels of the feature map.
  public var featureSize: Int
  public var hiddenSize: Int
  public var embeddingSize: Int
  /// Width of the attention's hidden layer; unused by ``Architecture/tell``.
  public var attentionSize: Int
  public var vocabularySize: Int
  /// The grid that attention weighs where it is not the feature map's own.
  public var pooling: GridPooling?

  public init(
    architecture: Architecture = .attend, cell: RecurrentCell = .lstm, context: Context = .gated,
    activation: AttentionActivation = .relu, featureSize: Int, hiddenSize: Int = 512,
    embeddingSize: Int = 512, attentionSize: Int = 512, vocabularySize: Int,
    pooling: GridPooling? = nil
  ) {
    self.architecture = architecture
    self.cell = cell
    self.context = context
    self.activation = activation
    self.featureSize = featureSize
    self.hiddenSize = hiddenSize
    self.embeddingSize = embeddingSize
    self.attentionSize = attentionSize
    self.vocabularySize = vocabularySize
    self.pooling = pooling
  }

  enum CodingKeys: String, CodingKey {
    case architecture, cell, context, activation, pooling
    case featureSize = "feature_size"
    case hiddenSize = "hidden_size"
    case embeddingSize = "embedding_size"
    case attentionSize = "attention_size"
    case vocabularySize = "vocabulary_size"
  }

  /// Reads a configuration; a file from before there was a choice of cell or activation has an LSTM
  /// and relu.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    architecture = try values.decode(Architecture.self, forKey: .architecture)
    cell = try values.decodeIfPresent(RecurrentCell.self, forKey: .cell) ?? .lstm
    context = try values.decode(Context.self, forKey: .context)
    activation =
      try values.decodeIfPresent(AttentionActivation.self, forKey: .activation) ?? .relu
    featureSize = try values.decode(Int.self, forKey: .featureSize)
    hiddenSize = try values.decode(Int.self, forKey: .hiddenSize)
    embeddingSize = try values.decode(Int.self, forKey: .embeddingSize)
    attentionSize = try values.decode(Int.self, forKey: .attentionSize)
    vocabularySize = try values.decode(Int.self, forKey: .vocabularySize)
    pooling = try values.decodeIfPresent(GridPooling.self, forKey: .pooling)
  }

  /// Whether every choice is one that a decoder could have; they may come from a file.
  public var isSound: Bool {
    [featureSize, hiddenSize, embeddingSize, attentionSize, vocabularySize].allSatisfy {
      (1...1 << 20).contains($0)
    } && (pooling?.isSound ?? true) && (architecture != .adaptive || cell == .lstm)
  }

  /// Width of what enters the recurrent cell at a step beside the word's embedding.
  public var contextSize: Int {
    switch (architecture, context) {
    case (.tell, _): 0
    case (.attend, .gated), (.attend, .plain): featureSize
    case (.attend, .projected), (.adaptive, _): embeddingSize
    }
  }

  /// Every parameter's name (the tutorial's, where it has one) and extents, in a fixed order. Biases
  /// are single rows; weights are [out, in], as PyTorch stores them.
  public var parameterShapes: [(name: String, rows: Int, columns: Int)] {
    let (h, e, d, a) = (hiddenSize, embeddingSize, featureSize, attentionSize)
    func linear(_ name: String, _ out: Int, _ input: Int) -> [(String, Int, Int)] {
      [("\(name).weight", out, input), ("\(name).bias", 1, out)]
    }
    let gates = cell.gates * h
    var shapes: [(String, Int, Int)] = [("embedding.weight", vocabularySize, e)]
    shapes += [
      ("decode_step.weight_ih", gates, e + contextSize), ("decode_step.weight_hh", gates, h),
      ("decode_step.bias_ih", 1, gates), ("decode_step.bias_hh", 1, gates),
    ]
    let states = cell == .lstm ? ["init_h", "init_c"] : ["init_h"]
    for name in states { shapes += linear(name, h, d) }
    switch architecture {
    case .tell:
      for name in states {
        shapes += ["weight", "bias", "running_mean", "running_var"].map {
          ("\(name)_norm.\($0)", 1, h)
        }
      }
    case .attend:
      shapes += linear("attention.encoder_att", a, d)
      shapes += linear("attention.decoder_att", a, h)
      shapes += linear("attention.full_att", 1, a)
      switch context {
      case .gated: shapes += linear("f_beta", d, h)
      case .projected: shapes += linear("context_projection", e, d)
      case .plain: break
      }
    case .adaptive:
      shapes += linear("context_projection", h, d)
      shapes += linear("global_projection", e, d)
      shapes += linear("attention.encoder_att", a, h)
      shapes += linear("attention.decoder_att", a, h)
      shapes += linear("attention.sentinel_att", a, h)
      shapes += linear("attention.full_att", 1, a)
      shapes += linear("sentinel.input_gate", h, e + contextSize)
      shapes += linear("sentinel.hidden_gate", h, h)
    }
    shapes += linear("fc", vocabularySize, h)
    return shapes.map { (name: $0.0, rows: $0.1, columns: $0.2) }
  }
}
