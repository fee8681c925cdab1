public import MessagePack

/// How a caption is searched for.
public struct DecodeOptions: MessagePackMessage, Hashable {
  public static let beams = 1...32
  public static let lengths = 1...200

  /// Hypotheses kept at each step of beam search; 1 is greedy.
  public var beam: Int
  /// The most words of a caption; nil: as the model was trained.
  public var maximumLength: Int?
  /// Whether the attention weights come back with the caption.
  public var attention: Bool
  /// Whether the other hypotheses come back with the caption.
  public var beams: Bool

  public init(
    beam: Int = 3, maximumLength: Int? = nil, attention: Bool = false, beams: Bool = false
  ) {
    self.beam = beam
    self.maximumLength = maximumLength
    self.attention = attention
    self.beams = beams
  }

  /// - Throws: ``MessagePackError`` with code `invalidValue` for what lies outside ``beams`` and
  ///   ``lengths``.
  public init(from map: MessagePackMap) throws(MessagePackError) {
    beam = try map.decodeIfPresent("beam") ?? 3
    maximumLength = try map.decodeIfPresent("max_length")
    attention = try map.decodeIfPresent("attention") ?? false
    beams = try map.decodeIfPresent("beams") ?? false
    try Self.check(beam, in: Self.beams, "beam")
    if let maximumLength { try Self.check(maximumLength, in: Self.lengths, "max_length") }
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("beam", beam)
    map.encodeIfPresent("max_length", maximumLength)
    map.encode("attention", attention)
    if beams { map.encode("beams", beams) }
  }

  private static func check(
    _ value: Int, in range: ClosedRange<Int>, _ key: String
  ) throws(MessagePackError) {
    guard range.contains(value) else {
      throw MessagePackError(
        code: .invalidValue, message: "\(value) is not in \(range)", keyPath: key)
    }
  }
}
