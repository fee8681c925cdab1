import HTTPTypes
import Testing

@testable import Gateway

@Suite("multipart/form-data is taken apart")
struct MultipartTests {
  private let type = "multipart/form-data; boundary=\"x y\""

  private func body(_ text: String) -> [UInt8] {
    [UInt8](
      text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n").utf8)
  }

  @Test("parts keep their names and bytes, whatever the bytes are")
  func parts() throws {
    let bytes = body(
      """
      --x y
      Content-Disposition: form-data; name="image"; filename="a \\"b\\" <i>.jpg"
      Content-Type: image/jpeg

      \u{1}--x\n\r
      --x y
      content-disposition: form-data; name=beam

      5
      --x y--
      trailer
      """)
    let form = try Multipart(bytes, contentType: type, maximumParts: 2)
    #expect(form.parts.map(\.name) == ["image", "beam"])
    #expect(form.parts[0].fileName == "a \"b\" <i>.jpg")
    #expect(form.parts[1].fileName == nil)
    #expect(String(decoding: bytes[form.parts[1].range], as: UTF8.self) == "5")
    #expect(bytes[form.parts[0].range].first == 1)
    _ = problem { () throws(Problem) in
      _ = try Multipart(bytes, contentType: type, maximumParts: 1)
    }
  }

  @Test("an empty part is one of no bytes")
  func emptyPart() throws {
    let bytes = body("--b\nContent-Disposition: form-data; name=i; filename=e\n\n\n--b--\n")
    let form = try Multipart(bytes, contentType: "multipart/form-data; boundary=b", maximumParts: 9)
    #expect(form.parts.count == 1)
    #expect(form.parts[0].range.isEmpty)
  }

  @Test(
    "what is no form is refused",
    arguments: [
      "", "--b", "--b\n", "--b--", "x--b\n\n--b--", "--b\n\nno disposition\n--b--",
      "--b\nContent-Disposition: attachment; name=a\n\nx\n--b--",
      "--b\nContent-Disposition: form-data; filename=a\n\nx\n--b--",
      "--b\nContent-Disposition: form-data; name=a\n\nx",
      "--b\nContent-Disposition: form-data; name=a", "--b junk\n\n--b--",
    ])
  func refused(_ text: String) {
    // An end without a part is a form of none, which the caller refuses.
    if text == "--b--" { return }
    let found = problem { () throws(Problem) in
      _ = try Multipart(
        body(text), contentType: "multipart/form-data; boundary=b", maximumParts: 9)
    }
    #expect(found?.status.code == 400)
  }

  @Test("any bytes are parts or a problem")
  func garbage() {
    var random = SystemRandomNumberGenerator()
    let pieces: [[UInt8]] =
      [
        "--b", "\r\n", "\n", "--", "Content-Disposition: form-data; name=a", ":", "\"", "\\", "x",
      ].map { [UInt8]($0.utf8) } + [[0], [0xff]]
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0...12, using: &random)).flatMap { _ in
        pieces.randomElement(using: &random)!
      }
      guard
        let form = try? Multipart(
          bytes, contentType: "multipart/form-data; boundary=b", maximumParts: 4)
      else { continue }
      #expect(form.parts.count <= 4)
      #expect(form.parts.allSatisfy { $0.range.upperBound <= bytes.count })
    }
  }

  @Test(
    "headers with parameters",
    arguments: [
      ("a; b=c", "a", ["b": "c"]), ("A ;b = \"c;d\" ; e=f", "a", ["b": "c;d", "e": "f"]),
      ("a;b=\"\\\"\\\\\"", "a", ["b": "\"\\"]), ("a;b=\"C:\\dir\\f\"", "a", ["b": "C:\\dir\\f"]),
      ("", "", [:]), (";;;=;", "", [:]), ("a;b", "a", [:]), ("a;b=\"x", "a", ["b": "x"]),
      ("a;b=1;b=2", "a", ["b": "1"]),
    ])
  func headerParameters(_ text: String, _ value: String, _ values: [String: String]) {
    let parameters = HeaderParameters(text)
    #expect(parameters.value == value)
    #expect(parameters.values == values)
  }
}
