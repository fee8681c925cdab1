import Testing

@testable import MeshSecurity

@Suite("Bearer tokens")
struct BearerTokensTests {
  private func tokens(_ text: String) throws(SecurityError) -> BearerTokens {
    try BearerTokens(bytes: [UInt8](text.utf8), path: "tokens")
  }

  @Test("each has its role, and others have none")
  func roles() throws {
    let tokens = try tokens(
      """
      captionmesh-tokens 1
      # who
      client phone 0123456789abcdef
      administrator desk fedcba9876543210
      """)
    #expect(tokens.role(of: "0123456789abcdef") == .client)
    #expect(tokens.role(of: "fedcba9876543210") == .administrator)
    for wrong in ["", "0123456789abcde", "0123456789abcdef0", "0123456789abcdeF"] {
      #expect(tokens.role(of: wrong) == nil)
    }
    #expect(tokens.role(authorization: "Bearer 0123456789abcdef") == .client)
    #expect(tokens.role(authorization: "bearer  0123456789abcdef") == .client)
    for wrong in [nil, "", "Bearer", "Basic 0123456789abcdef", "Bearer 0123456789abcdef x"] {
      #expect(tokens.role(authorization: wrong) == nil)
    }
  }

  @Test(
    "a file that is not as it should be is refused, and no token is told",
    arguments: [
      "", "captionmesh-tokens 2\nclient a 0123456789abcdef", "captionmesh-tokens 1\n",
      "captionmesh-tokens 1\nworker a 0123456789abcdef", "captionmesh-tokens 1\nclient a short",
      "captionmesh-tokens 1\nclient 0123456789abcdef",
      "captionmesh-tokens 1\nclient a 0123456789abcdéf",
    ])
  func malformed(_ text: String) {
    do throws(SecurityError) {
      _ = try tokens(text)
      Issue.record("taken")
    } catch {
      #expect(error.code == .malformed)
      #expect(!error.message.contains("0123456789abc"))
    }
  }
}
