import CZeroMQ

/// Z85 (RFC 32/Z85) of keys.
enum Z85 {
  static let keyBytes = 32
  static let keyCharacters = 40

  private static let alphabet = Set(
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#".utf8)

  /// A key's bytes; nil for anything but 40 characters that encode 32 bytes.
  static func decode(_ text: some StringProtocol) -> [UInt8]? {
    guard text.utf8.count == keyCharacters, text.utf8.allSatisfy(alphabet.contains) else {
      return nil
    }
    var bytes = [UInt8](repeating: 0, count: keyBytes)
    // Five characters may say more than 32 bits can hold, and libzmq does not mind.
    guard unsafe zmq_z85_decode(&bytes, String(text)) != nil, encode(bytes) == text else {
      return nil
    }
    return bytes
  }

  /// - Parameter bytes: 32 of them.
  static func encode(_ bytes: [UInt8]) -> String {
    var characters = [CChar](repeating: 0, count: keyCharacters + 1)
    unsafe zmq_z85_encode(&characters, bytes, bytes.count)
    return text(characters)
  }

  /// What a C string of libzmq's says.
  static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
  }
}
