import Imaging
import Tensor

/// Pillow's BILINEAR as its recipe reads, one sample at a time: what the fast passes must equal.
enum PlainResize {
  /// The bytes of [height, width, 3].
  static func resized(_ image: Image, width: Int, height: Int) -> [UInt8] {
    let source = image.pixels.array(of: UInt8.self)
    var rows: [UInt8] = []
    for y in 0..<image.height {
      for x in 0..<width {
        for channel in 0..<3 {
          rows.append(
            sample(from: image.width, to: width, at: x) {
              source[(y * image.width + $0) * 3 + channel]
            })
        }
      }
    }
    var result: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<3 {
          result.append(
            sample(from: image.height, to: height, at: y) { rows[($0 * width + x) * 3 + channel] })
        }
      }
    }
    return result
  }

  private static func sample(
    from input: Int, to output: Int, at index: Int, value: (Int) -> UInt8
  ) -> UInt8 {
    let scale = Double(input) / Double(output)
    let support = max(scale, 1)
    let centre = (Double(index) + 0.5) * scale
    let first = max(0, Int(centre - support + 0.5))
    let last = min(input, Int(centre + support + 0.5))
    let weights = (first..<last).map { max(0, 1 - abs(Double($0) - centre + 0.5) / support) }
    let total = weights.reduce(0, +)
    var sum = 1 << 21
    for (offset, weight) in weights.enumerated() {
      sum += Int(value(first + offset)) * Int(weight / total * Double(1 << 22) + 0.5)
    }
    return UInt8(min(max(sum >> 22, 0), 255))
  }
}
