import FoundationEssentials
import Imaging
import NumpyFiles
import Tensor
import Testing

@Suite("Resizing is Pillow's BILINEAR, byte for byte")
struct ResizeTests {
  @Test(
    "sizes that Pillow made",
    arguments: [(1, 1), (5, 4), (23, 9), (7, 17), (40, 31), (64, 3), (22, 16)])
  func golden(width: Int, height: Int) throws {
    let source = Image(pixels: try Fixtures.array("resize-source"))
    let golden = try Fixtures.array("resize-\(width)x\(height)")
    let resized = source.resized(width: width, height: height)
    #expect(resized.pixels.shape == golden.shape)
    #expect(resized.pixels.array(of: UInt8.self) == golden.array(of: UInt8.self))
  }

  @Test("any size to any size, as the plain recipe does it", arguments: 0..<120)
  func property(seed: UInt64) {
    var generator = TestGenerator(seed: seed)
    let longest = seed % 3 == 0 ? 4 : 90
    let (width, height, newWidth, newHeight) = (
      Int.random(in: 1...longest, using: &generator),
      Int.random(in: 1...longest, using: &generator),
      Int.random(in: 1...70, using: &generator), Int.random(in: 1...70, using: &generator)
    )
    let image = Image.noise(width: width, height: height, seed: seed)
    let resized = image.resized(width: newWidth, height: newHeight)
    #expect(resized.pixels.shape == [newHeight, newWidth, 3])
    #expect(
      resized.pixels.array(of: UInt8.self)
        == PlainResize.resized(image, width: newWidth, height: newHeight),
      "\(width)×\(height) to \(newWidth)×\(newHeight)")
  }

  @Test("one long row keeps white white")
  func extremes() {
    let white = Image(
      pixels: Tensor([1, 65_535, 3], [UInt8](repeating: 255, count: 65_535 * 3)))
    let resized = white.resized(width: 1, height: 2)
    #expect(resized.pixels.array(of: UInt8.self) == [UInt8](repeating: 255, count: 6))
  }

  @Test(
    "photographs of the shared folder, decoded and resized", .enabled(if: Fixtures.shared != nil),
    arguments: ["1000268201_693b08cb0e", "3385593926_d3e9c21170"])
  func sharedPhotograph(name: String) throws {
    let shared = try #require(Fixtures.shared)
    let bytes = [UInt8](
      try Data(contentsOf: shared.appending(path: "flickr8k/images/\(name).jpg")))
    let golden = try NumpyFile.read(
      shared.appending(path: "reference/golden/\(name)_rgb256_pillow_bilinear.npy").path)
    let image = try ImageDecoder.preparing.decode(bytes, name: name)
    let resized = image.resized(width: 256, height: 256)
    #expect(resized.pixels.shape == golden.shape)
    #expect(resized.pixels.array(of: UInt8.self) == golden.array(of: UInt8.self))
  }
}
