import Testing

@testable import Reporting

@Suite("A contact sheet")
struct ContactSheetTests {
  private func page(_ cards: [String], failed: Int = 0) -> String {
    let sheet = ContactSheet()
    return sheet.opening(
      captioned: cards.count - failed, failed: failed, firstFailed: failed > 0 ? 7 : nil)
      + cards.joined() + sheet.closing
  }

  @Test("is well-formed, stands alone, and escapes what it is given")
  func page() throws {
    let sheet = ContactSheet(extent: 64)
    var photograph = FakeRuns.photograph()
    photograph.captions[0].words[0].probability = 0.834
    let card = try sheet.card(photograph)
    let bad = sheet.card(
      failed: "<img src=x onerror=alert(1)>.jpg", reason: "a & b \"c\" \u{1B}[31m", number: 7)
    let html = page([card, bad], failed: 1)
    #expect(flaw(inHTML: html) == nil)
    #expect(!html.contains("a <i>.jpg") && html.contains("a &lt;i&gt;.jpg"))
    #expect(!html.contains("<img src=x") && html.contains("&lt;img src=x onerror=alert(1)&gt;"))
    #expect(!html.contains("\u{1B}"))
    #expect(html.contains("<h1>2 photographs</h1>"))
    #expect(html.contains("href=\"#failed-7\"") && html.contains("id=\"failed-7\""))
    #expect(html.contains("<small>83</small><i style=\"width:83%\">"))
    for part in html.split(separator: "src=\"").dropFirst() { #expect(part.hasPrefix("data:")) }
    #expect(!html.contains("http://") && !html.contains("https://"))
  }

  @Test("can be read without its script: words, numbers, names and reasons are in the text")
  func withoutScript() throws {
    let photograph = FakeRuns.photograph()
    let card = try ContactSheet().card(photograph)
    for word in photograph.captions[0].words {
      #expect(card.contains("<b>\(HTML.escape(word.text))</b>"))
    }
    #expect(page([]).contains("<h1>0 photographs</h1>"))
    #expect(page([card]).contains("<h1>1 photograph</h1>"))
  }

  @Test("has a map's cells as bytes, 255 where the decoder looked most")
  func maps() throws {
    var photograph = FakeRuns.photograph()
    let cells = photograph.captions[0].rows * photograph.captions[0].columns
    var weights = [Float](repeating: 0, count: cells)
    weights[cells - 1] = 1
    photograph.captions[0].words = [ModelCaption.Word("dog", attention: weights)]
    let card = try ContactSheet().card(photograph)
    var bytes = [UInt8](repeating: 0, count: cells)
    bytes[cells - 1] = 255
    #expect(card.contains("data-map=\"\(HTML.base64(bytes))\""))
    // Weights come over the wire too.
    photograph.captions[0].words = [
      ModelCaption.Word("dog", attention: [Float](repeating: .nan, count: cells), probability: .nan)
    ]
    #expect(try ContactSheet().card(photograph).contains("looked nowhere"))
  }

  @Test("describes a picture as XMP whatever its words are")
  func packet() {
    let text = XMPPacket(description: "a <b> & \"c\" \u{0}\u{FFFE} ]]> ü 😀").text
    #expect(
      text.contains(
        "<rdf:li xml:lang=\"x-default\">a &lt;b&gt; &amp; &quot;c&quot; \u{FFFD}\u{FFFD} ]]&gt; ü 😀</rdf:li>"
      ))
    #expect(text.hasPrefix("<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"))
    #expect(text.hasSuffix("<?xpacket end=\"w\"?>\n"))
  }
}
