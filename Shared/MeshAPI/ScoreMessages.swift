public import MessagePack

/// Which definitions the scores follow.
public struct ScoreOptions: MessagePackMessage, Hashable {
  /// Whose BLEU it is.
  public enum Method: String, Sendable, CaseIterable, MessagePackConvertible {
    case coco, nltk, sacrebleu
  }

  /// How sentences are cut into words.
  public enum Tokenization: String, Sendable, CaseIterable, MessagePackConvertible {
    case none, ptb
  }

  public var method: Method
  /// The number of nltk's smoothing method.
  public var smoothing: Int?
  /// The name of sacrebleu's smoothing method.
  public var smooth: String?
  public var tokenize: Tokenization

  public init(
    method: Method = .coco, smoothing: Int? = nil, smooth: String? = nil,
    tokenize: Tokenization = .none
  ) {
    self.method = method
    self.smoothing = smoothing
    self.smooth = smooth
    self.tokenize = tokenize
  }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    method = try map.decodeIfPresent("method") ?? .coco
    smoothing = try map.decodeIfPresent("smoothing")
    smooth = try map.decodeIfPresent("smooth")
    tokenize = try map.decodeIfPresent("tokenize") ?? .none
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("method", method)
    map.encodeIfPresent("smoothing", smoothing)
    map.encodeIfPresent("smooth", smooth)
    map.encode("tokenize", tokenize)
  }
}

/// A caption and the sentences it is measured by.
public struct ScoreItem: MessagePackMessage, Hashable {
  public var candidate: String
  public var references: [String]

  public init(candidate: String, references: [String]) {
    self.candidate = candidate
    self.references = references
  }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    candidate = try map.decode("candidate")
    references = try map.decode("references")
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("candidate", candidate)
    map.encode("references", references)
  }
}

/// One message of a stream to score: the options come first, if at all, then the items.
public enum ScoreRequest: MessagePackMessage, Hashable {
  case options(ScoreOptions)
  case item(ScoreItem)

  public init(from map: MessagePackMap) throws(MessagePackError) {
    if let options = try map.decodeIfPresent("options", as: ScoreOptions.self) {
      self = .options(options)
    } else {
      self = .item(try ScoreItem(from: map))
    }
  }

  public func encode(into map: inout MessagePackMapWriter) {
    switch self {
    case .options(let options): map.encode("options", options)
    case .item(let item): item.encode(into: &map)
    }
  }
}

/// What the score stage gets: a whole corpus, since its scores are not sums over sentences.
public struct ScoreInput: MessagePackMessage, Hashable {
  public var options: ScoreOptions
  public var items: [ScoreItem]

  public init(options: ScoreOptions, items: [ScoreItem]) {
    self.options = options
    self.items = items
  }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    options = try map.decode("options")
    items = try map.decode("items")
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("options", options)
    map.encode("items", items)
  }
}

/// The scores of a corpus.
public struct ScoreReply: MessagePackMessage, Hashable {
  /// BLEU-1 to BLEU-4.
  public var bleu: [Double]
  public var rougeL: Double
  /// CIDEr-D.
  public var cider: Double
  /// The number of candidates.
  public var count: Int

  public init(bleu: [Double], rougeL: Double, cider: Double, count: Int) {
    self.bleu = bleu
    self.rougeL = rougeL
    self.cider = cider
    self.count = count
  }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    bleu = try map.decode("bleu")
    rougeL = try map.decode("rouge_l")
    cider = try map.decode("cider")
    count = try map.decode("count")
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("bleu", bleu)
    map.encode("rouge_l", rougeL)
    map.encode("cider", cider)
    map.encode("count", count)
  }
}
