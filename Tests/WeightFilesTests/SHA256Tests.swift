import Foundation
import Testing
import WeightFiles

/// The examples of NIST's "SHA-256" (Cryptographic Standards and Guidelines, Example Values), and
/// of FIPS 180-2, appendix B.
@Suite struct SHA256Tests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
        + "lmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ])
  func examples(text: String, digest: String) {
    var hash = SHA256()
    hash.update(text)
    #expect(hash.hexDigest() == digest)
  }

  @Test func piecesOfAnyLengthGiveTheSame() {
    let text = String(repeating: "0123456789", count: 30)
    for length in [1, 7, 55, 56, 63, 64, 65, 127, 128, 129] {
      var whole = SHA256()
      whole.update(text)
      var pieces = SHA256()
      var rest = text[...]
      while !rest.isEmpty {
        pieces.update(String(rest.prefix(length)))
        rest = rest.dropFirst(length)
      }
      #expect(pieces.hexDigest() == whole.hexDigest())
    }
  }

  @Test func aFilesHashIsWhatSha256sumPrints() throws {
    // sha256sum Tests/Fixtures/WeightFiles/plain.legacy.pth
    #expect(
      try WeightFile.hash(ofFile: Fixture.path("plain.legacy.pth"))
        == "ced18e6f6e164e8d478a718378c92206611f81f6f91c48ba2c67abf40418cb9d")
  }
}
