/// Every choice that fixes the shapes and the arithmetic of a decoder; stored in its checkpoint.
public struct DecoderConfiguration: Sendable, Equatable, Codable {
  /// Which captioner it is.
  public enum Architecture: String, Sendable, CaseIterable, Codable {
    /// Show and Tell (Vinyals and others 2015): the image enters through the first state alone.
    case tell
    /// Show, Attend and Tell (Xu and others 2015): soft attention over the feature map's cells.
    case attend
  }

  /// How the attended context enters a step of ``Architecture/attend``.
  public enum Context: String, Sendable, CaseIterable, Codable {
    /// gate ⊙ Σ α·features with gate = sigmoid(f_beta(h)), as the tutorial has it.
    case gated
    /// A linear layer of Σ α·features, of the embedding's size, as the course has it.
    case projected
  }

  public var architecture: Architecture
  public var context: Context
  /// Channels of the feature map.
  public var featureSize: Int
  public var hiddenSize: Int
  public var embeddingSize: Int
  /// Width of the attention's hidden layer; unused by ``Architecture/tell``.
  public var attentionSize: Int
  public var vocabularySize: Int

  public init(
    architecture: Architecture = .attend, context: Context = .gated, featureSize: Int,
    hiddenSize: Int = 512, embeddingSize: Int = 512, attentionSize: Int = 512, vocabularySize: Int
  ) {
    self.architecture = architecture
    self.context = context
    self.featureSize = featureSize
    self.hiddenSize = hiddenSize
    self.embeddingSize = embeddingSize
    self.attentionSize = attentionSize
    self.vocabularySize = vocabularySize
  }

  enum CodingKeys: String, CodingKey {
    case architecture, context
    case featureSize = "feature_size"
    case hiddenSize = "hidden_size"
    case embeddingSize = "embedding_size"
    case attentionSize = "attention_size"
    case vocabularySize = "vocabulary_size"
  }

  /// Whether every size is one that a decoder could have; sizes may come from a file.
  public var isSound: Bool {
    [featureSize, hiddenSize, embeddingSize, attentionSize, vocabularySize].allSatisfy {
      (1...1 << 20).contains($0)
    }
  }

  /// Width of what enters the recurrent cell at a step beside the word's embedding.
  public var contextSize: Int {
    switch (architecture, context) {
    case (.tell, _): 0
    case (.attend, .gated): featureSize
    case (.attend, .projected): embeddingSize
    }
  }

  /// Every parameter's name (the tutorial's, where it has one) and extents, in a fixed order. Biases
  /// are single rows; weights are [out, in], as PyTorch stores them.
  public var parameterShapes: [(name: String, rows: Int, columns: Int)] {
    let (h, e, d) = (hiddenSize, embeddingSize, featureSize)
    func linear(_ name: String, _ out: Int, _ input: Int) -> [(String, Int, Int)] {
      [("\(name).weight", out, input), ("\(name).bias", 1, out)]
    }
    var shapes: [(String, Int, Int)] = [("embedding.weight", vocabularySize, e)]
    shapes += [
      ("decode_step.weight_ih", 4 * h, e + contextSize), ("decode_step.weight_hh", 4 * h, h),
      ("decode_step.bias_ih", 1, 4 * h), ("decode_step.bias_hh", 1, 4 * h),
    ]
    shapes += linear("init_h", h, d) + linear("init_c", h, d)
    switch architecture {
    case .tell:
      for name in ["init_h_norm", "init_c_norm"] {
        shapes += ["weight", "bias", "running_mean", "running_var"].map { ("\(name).\($0)", 1, h) }
      }
    case .attend:
      shapes += linear("attention.encoder_att", attentionSize, d)
      shapes += linear("attention.decoder_att", attentionSize, h)
      shapes += linear("attention.full_att", 1, attentionSize)
      switch context {
      case .gated: shapes += linear("f_beta", d, h)
      case .projected: shapes += linear("context_projection", e, d)
      }
    }
    shapes += linear("fc", vocabularySize, h)
    return shapes.map { (name: $0.0, rows: $0.1, columns: $0.2) }
  }
}
