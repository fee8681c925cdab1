import Testing

@testable import Drawing

@Suite("Canvas")
struct CanvasTests {
  static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// One of everything.
  static func picture(_ format: Canvas.Format) throws -> [UInt8] {
    let canvas = try Canvas(width: 60, height: 40, format: format)
    canvas.fill(Rectangle(x: 0, y: 0, width: 60, height: 40), .white)
    canvas.fill(Rectangle(x: 5, y: 5, width: 20, height: 10), Color(0x0072B2), radius: 3)
    canvas.outline(Rectangle(x: 5, y: 5, width: 20, height: 10), .init(.black, dash: [2, 1]))
    canvas.line([Point(0, 0), Point(10, 30), Point(50, 20)], .init(Color(0xD55E00), width: 2))
    canvas.fill([Point(30, 10), Point(40, 20), Point(30, 30)], .black.opacity(0.5))
    canvas.dot(Point(50, 30), radius: 4, .black)
    canvas.text("α β\u{0} ≤ \n", at: Point(30, 12), .init(size: 9, .black, isBold: true), .center)
    let bitmap = try Bitmap(width: 2, height: 2) { x, y in
      Color(red: Double(x), green: Double(y), blue: 0, alpha: 0.5)
    }
    if format != .svg {
      try canvas.image(bitmap, in: Rectangle(x: 40, y: 2, width: 10, height: 10))
    }
    return try canvas.finish()
  }

  @Test("the same calls give the same file", arguments: [Canvas.Format.png(scale: 2), .svg])
  func determinism(format: Canvas.Format) throws {
    let (first, second) = (try Self.picture(format), try Self.picture(format))
    #expect(first.count > 200)
    #expect(first.elementsEqual(second))
  }

  @Test("a PNG file has its signature and its size in pixels")
  func png() throws {
    let bytes = try Self.picture(.png(scale: 2))
    #expect(bytes.starts(with: Self.pngSignature))
    #expect(bytes[16..<24] == [0, 0, 0, 120, 0, 0, 0, 80])
  }

  @Test("an SVG file asks for no font")
  func svg() throws {
    let text = String(decoding: try Self.picture(.svg), as: UTF8.self)
    #expect(text.hasPrefix("<?xml") && text.contains("</svg>"))
    #expect(!text.contains("<text") && !text.contains("font-family"))
  }

  @Test(
    "sizes that no surface has are errors",
    arguments: [(0.0, 10.0), (10, -1), (1e9, 10), (.infinity, 10), (.nan, 10)])
  func badSizes(width: Double, height: Double) {
    let error = #expect(throws: DrawingError.self) {
      try Canvas(width: width, height: height).finish()
    }
    #expect(error?.code == .badSize)
  }

  @Test("bitmaps check what they are made of")
  func bitmaps() throws {
    #expect(throws: DrawingError.self) { try Bitmap(width: 0, height: 3) { _, _ in .black } }
    let bytes: [UInt8] = [1, 2, 3, 4, 5]
    #expect(throws: DrawingError.self) { try Bitmap(width: 1, height: 2, rgb: bytes.span) }
    let half = try Bitmap(width: 1, height: 1) { _, _ in
      Color(red: 1, green: 0.5, blue: 0, alpha: 0.5)
    }
    #expect(half.pixels == [0x8080_4000])
    #expect(try half.png().starts(with: Self.pngSignature))
  }

  @Test("text is cut to its room")
  func fitting() throws {
    let canvas = try Canvas(width: 10, height: 10)
    let style = Canvas.TextStyle(size: 10, .black)
    #expect(canvas.fitted("dog", style, width: 100) == "dog")
    let long = String(repeating: "m", count: 100_000)
    let cut = canvas.fitted(long, style, width: 60)
    #expect(cut.hasSuffix("…") && cut.count < 20)
    #expect(canvas.width(of: cut, style) <= 60)
  }
}
