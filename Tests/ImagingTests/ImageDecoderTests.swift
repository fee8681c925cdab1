import Imaging
import Tensor
import Testing

@Suite("Files decode to Pillow's RGB")
struct ImageDecoderTests {
  @Test("JPEG", arguments: Fixtures.jpegs)
  func jpeg(name: String) throws {
    try expectGolden(ImageDecoder.preparing.decode(Fixtures.bytes(name)), name)
  }

  @Test("PNG, on white where it is transparent", arguments: Fixtures.pngs)
  func png(name: String) throws {
    try expectGolden(ImageDecoder.serving.decode(Fixtures.bytes(name)), name)
  }

  @Test(
    "preparing takes the colours as if all were opaque",
    arguments: [
      ("png-rgba.png", "png-rgb.png"), ("png-rgba-interlaced.png", "png-rgb.png"),
      ("png-rgb-key.png", "png-rgb.png"), ("png-gray-alpha.png", "png-gray.png"),
      ("png-palette-alpha.png", "png-palette.png"),
    ])
  func opaque(name: String, opaque: String) throws {
    try expectGolden(ImageDecoder.preparing.decode(Fixtures.bytes(name)), opaque)
  }

  @Test("serving turns photographs upright", arguments: Fixtures.oriented)
  func upright(name: String) throws {
    try expectGolden(ImageDecoder.serving.decode(Fixtures.bytes(name)), name)
  }

  @Test("preparing leaves photographs as they are stored", arguments: 1...8)
  func asStored(orientation: Int) throws {
    let image = try ImageDecoder.preparing.decode(
      Fixtures.bytes("orientation-\(orientation).jpg"))
    try expectGolden(image, "orientation-1.jpg")
  }

  @Test("the format is told from the bytes, not from the name")
  func sniffing() throws {
    let image = try ImageDecoder.serving.decode(Fixtures.bytes("png-rgb.png"), name: "photo.jpg")
    try expectGolden(image, "png-rgb.png")
  }

  @Test("bytes after the end of an image are ignored", arguments: ["jpeg-420.jpg", "png-rgb.png"])
  func trailingBytes(name: String) throws {
    try expectGolden(ImageDecoder.serving.decode(Fixtures.bytes(name) + [1, 2, 3]), name)
  }

  private func expectGolden(_ image: Image, _ name: String) throws {
    let golden = try Fixtures.array(name)
    #expect(image.pixels.shape == golden.shape)
    #expect(image.pixels.array(of: UInt8.self) == golden.array(of: UInt8.self))
  }
}
