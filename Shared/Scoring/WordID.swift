/// A word as a number: two words are the same exactly when their numbers are.
///
/// A ``Lexicon`` gives numbers to words of text. A program whose words are numbers already, such
/// as a decoder under training, makes them with ``init(_:)`` and needs no lexicon.
public struct WordID: Hashable, Sendable {
  /// Never 0, so that n-grams of different orders never pack into the same key.
  let code: UInt32

  /// The number of the word at `index` of a vocabulary.
  ///
  /// - Precondition: `index` is at least 0 and less than 2³² − 3.
  public init(_ index: Int) {
    precondition(index >= 0 && index < Int(Self.unknownInReference.code) - 1)
    self.code = UInt32(index + 1)
  }

  private init(code: UInt32) { self.code = code }

  /// A word that the vocabulary lacks. It counts towards a sentence's length and matches nothing,
  /// not even itself.
  public static let unknown = WordID(code: .max)

  /// What ``unknown`` becomes in a reference, so that plain comparison tells the two apart.
  static let unknownInReference = WordID(code: .max - 1)
}
