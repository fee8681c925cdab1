import Imaging
import Testing

@Suite("Bad files fail with a reason, and never otherwise")
struct BadFileTests {
  @Test(
    "what is no image is named",
    arguments: [
      ([], .empty, "cat.jpg: the file is empty"),
      (Array("hello, world".utf8), .unsupportedFormat, "cat.jpg: this is not an image"),
      (Array("GIF89a\u{1}\0".utf8), .unsupportedFormat, "cat.jpg: this is GIF"),
      (Array("RIFF\0\0\0\0WEBPVP8 ".utf8), .unsupportedFormat, "cat.jpg: this is WebP"),
      ([0xFF, 0xD8], .truncated, "cat.jpg: the file ends after 2 bytes"),
      ([0xFF, 0xD8, 0xFF], .truncated, "cat.jpg: the JPEG file is incomplete"),
      ([0x89, 0x50, 0x4E], .truncated, "cat.jpg: the file ends after 3 bytes"),
    ] as [([UInt8], ImagingError.Code, String)])
  func notAnImage(bytes: [UInt8], code: ImagingError.Code, message: String) throws {
    let error = try #require(failure(bytes))
    #expect(error.code == code)
    #expect(error.description.hasPrefix(message))
  }

  @Test("no part of a file passes for the whole", arguments: Fixtures.jpegs + Fixtures.pngs)
  func truncation(name: String) throws {
    let whole = try Fixtures.bytes(name)
    for count in whole.indices {
      let error = try #require(failure(Array(whole[..<count])), "the first \(count) bytes passed")
      #expect(
        error.code == (count == 0 ? .empty : .truncated), "the first \(count) bytes: \(error)")
    }
  }

  @Test(
    "flipped bits are decoded or refused",
    arguments: Fixtures.jpegs + Fixtures.pngs + Fixtures.oriented)
  func damage(name: String) throws {
    let whole = try Fixtures.bytes(name)
    var generator = TestGenerator(seed: 1)
    for _ in 0..<300 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let index = Int.random(in: 2..<bytes.count, using: &generator)
        bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      }
      if let image = try? ImageDecoder.serving.decode(bytes) {
        #expect(image.width * image.height <= ImageDecoder.maximumPixelCount)
      }
    }
  }

  @Test(
    "huge dimensions are refused from the header",
    arguments: [
      (60_000, 60_000), (65_535, 763), (7_072, 7_071), (65_500, 65_500),
    ])
  func hugeJPEG(width: Int, height: Int) throws {
    var bytes = try Fixtures.bytes("jpeg-420.jpg")
    let frame = try #require(bytes.indices.first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
    bytes[frame + 5] = UInt8(height >> 8)
    bytes[frame + 6] = UInt8(height & 0xFF)
    bytes[frame + 7] = UInt8(width >> 8)
    bytes[frame + 8] = UInt8(width & 0xFF)
    #expect(try #require(failure(bytes)).code == .tooLarge)
  }

  @Test(
    "huge dimensions are refused from the header",
    arguments: [
      (60_000, 60_000), (65_536, 1), (1, 65_536), (7_072, 7_071), (0xFFFF_FFFF, 0xFFFF_FFFF),
    ])
  func hugePNG(width: UInt32, height: UInt32) throws {
    var bytes = try Fixtures.bytes("png-rgb.png")
    for index in 0..<4 {
      bytes[16 + index] = UInt8(truncatingIfNeeded: width >> UInt32(24 - 8 * index))
      bytes[20 + index] = UInt8(truncatingIfNeeded: height >> UInt32(24 - 8 * index))
    }
    let error = try #require(failure(bytes))
    #expect(error.code == .tooLarge)
    #expect(error.message.contains("cat.jpg: \(width)×\(height) pixels are over the limit"))
  }

  @Test("a progressive file with endless scans is refused")
  func scans() throws {
    let whole = try Fixtures.bytes("jpeg-progressive-gray.jpg")
    let scan = try #require(
      whole.indices.dropLast().first { whole[$0] == 0xFF && whole[$0 + 1] == 0xDA })
    let rest = whole[(scan + 2)...]
    let end = try #require(
      rest.indices.dropLast().first {
        rest[$0] == 0xFF && rest[$0 + 1] != 0 && !(0xD0...0xD7).contains(rest[$0 + 1])
      })
    let repeated = [[UInt8]](repeating: Array(whole[scan..<end]), count: 200).flatMap { $0 }
    let error = try #require(failure(whole[..<scan] + repeated + [0xFF, 0xD9]))
    #expect(error.code == .unreadable)
    #expect(error.message.contains("scans"))
  }

  private func failure(_ bytes: [UInt8]) -> ImagingError? {
    do throws(ImagingError) {
      _ = try ImageDecoder.serving.decode(bytes, name: "cat.jpg")
      return nil
    } catch {
      return error
    }
  }
}
