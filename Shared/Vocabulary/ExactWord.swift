/// A word that equals another one only where every byte does. Swift's strings are equal where they
/// look the same, é as one character and as e with an accent; programs in other languages give
/// those two ids.
public struct ExactWord: Hashable, Sendable {
  public let text: String

  public init(_ text: String) { self.text = text }

  public static func == (a: ExactWord, b: ExactWord) -> Bool {
    a.text.utf8.elementsEqual(b.text.utf8)
  }

  public func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
    hasher.combine(0xFF as UInt8)
  }
}
