import FoundationEssentials
import Imaging
import Tensor
import Training

/// Pictures to be captioned where there are no photographs: skies, grounds and blobs at random.
enum SyntheticPhotographs {
  /// Writes JPEG files into a folder and returns their paths; the same for the same seed.
  static func write(_ count: Int, to folder: String, seed: UInt64) throws -> [String] {
    var random = SplitMix64(seed: seed)
    return try (0..<count).map { index in
      let path = "\(folder)/synthetic-\(index).jpg"
      let width = Int.random(in: 240...400, using: &random)
      let height = Int.random(in: 240...400, using: &random)
      let image = picture(height: height, width: width, &random)
      try Data(try image.jpeg(quality: 90)).write(to: URL(filePath: path))
      return path
    }
  }

  private struct Blob {
    var row: Double
    var column: Double
    var radius: Double
    var color: [Double]
  }

  private static func picture(height: Int, width: Int, _ random: inout SplitMix64) -> Image {
    func color(_ random: inout SplitMix64) -> [Double] {
      (0..<3).map { _ in Double.random(in: 0...255, using: &random) }
    }
    let (sky, ground) = (color(&random), color(&random))
    let horizon = Double.random(in: 0.3...0.8, using: &random) * Double(height)
    let blobs = (0..<Int.random(in: 1...5, using: &random)).map { _ in
      Blob(
        row: Double.random(in: 0...Double(height), using: &random),
        column: Double.random(in: 0...Double(width), using: &random),
        radius: Double.random(in: 10...90, using: &random), color: color(&random))
    }
    let pixels = Tensor([height, width, 3], of: UInt8.self) { target in
      for row in 0..<height {
        for column in 0..<width {
          var color = Double(row) < horizon ? sky : ground
          for blob in blobs {
            let (down, across) = (Double(row) - blob.row, Double(column) - blob.column)
            if down * down + across * across < blob.radius * blob.radius { color = blob.color }
          }
          let shade = 0.7 + 0.3 * Double(column) / Double(width)
          for channel in 0..<3 {
            target[(row * width + column) * 3 + channel] = UInt8(color[channel] * shade)
          }
        }
      }
    }
    return Image(pixels: pixels)
  }
}
