import Imaging
import Tensor
import Testing

@Suite("Images as JPEG files")
struct JPEGEncodingTests {
  @Test("what is written is what is read, nearly", arguments: [(1, 1), (40, 30), (17, 65)])
  func roundTrip(width: Int, height: Int) throws {
    let pixels = (0..<width * height * 3).map { index in
      UInt8(60 + (index / 3 % width) * 120 / width + (index / 3 / width) * 60 / height)
    }
    let image = Image(pixels: Tensor([height, width, 3], pixels))
    let bytes = try image.jpeg(quality: 95)
    #expect(bytes.elementsEqual(try image.jpeg(quality: 95)))
    let copy = try unsafe ImageDecoder.serving.decode(bytes.span.bytes, name: "copy")
    #expect(copy.width == width && copy.height == height)
    let worst = zip(copy.pixels.array(of: UInt8.self), pixels).map { abs(Int($0) - Int($1)) }.max()
    #expect(worst! <= 6)
  }

  @Test("a side beyond JPEG's limit is an error")
  func tooLarge() {
    let image = Image(pixels: Tensor([1, 65_501, 3], [UInt8](repeating: 0, count: 196_503)))
    let error = #expect(throws: ImagingError.self) { try image.jpeg() }
    #expect(error?.code == .tooLarge)
  }
}
