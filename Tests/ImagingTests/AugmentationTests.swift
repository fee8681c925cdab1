import Imaging
import Tensor
import Testing

@Suite("Crops and mirror images")
struct AugmentationTests {
  /// Row and column of each pixel in its red and green.
  private let image = Image(
    pixels: Tensor(
      [4, 6, 3], (0..<24).flatMap { [UInt8($0 / 6), UInt8($0 % 6), 7] }))

  private func corners(_ image: Image) -> [[UInt8]] {
    let bytes = image.pixels.array(of: UInt8.self)
    return [Array(bytes.prefix(2)), Array(bytes.suffix(3).prefix(2))]
  }

  @Test(
    "a crop is the part that was asked for",
    arguments: [
      (1.0, 0.5, 0.5, [4, 6], [[0, 0], [3, 5]]), (0.5, 0, 0, [2, 3], [[0, 0], [1, 2]]),
      (0.5, 1, 1, [2, 3], [[2, 3], [3, 5]]), (0.5, 1, 0, [2, 3], [[0, 3], [1, 5]]),
      (0.01, 1, 1, [1, 1], [[3, 5], [3, 5]]),
    ])
  func crops(share: Double, x: Double, y: Double, extents: [Int], corners expected: [[UInt8]]) {
    let part = image.cropped(share: share, x: x, y: y)
    #expect([part.height, part.width] == extents)
    #expect(corners(part) == expected)
  }

  @Test("a mirror image changes columns about, and twice nothing")
  func mirror() {
    #expect(corners(image.mirrored()) == [[0, 5], [3, 0]])
    let twice = image.mirrored().mirrored().pixels.array(of: UInt8.self)
    #expect(twice == image.pixels.array(of: UInt8.self))
  }
}
