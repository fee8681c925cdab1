import FoundationEssentials
import Imaging
import NumpyFiles
import Tensor

/// The files of Tests/Fixtures/Imaging, made by the script there.
enum Fixtures {
  private static let tests = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let folder = tests.appending(path: "Fixtures/Imaging")

  static let jpegs = [
    "jpeg-444.jpg", "jpeg-422.jpg", "jpeg-420.jpg", "jpeg-gray.jpg", "jpeg-progressive.jpg",
    "jpeg-progressive-444.jpg", "jpeg-progressive-gray.jpg", "jpeg-restart.jpg", "jpeg-rgb.jpg",
    "jpeg-one-pixel.jpg", "jpeg-cmyk.jpg", "jpeg-cmyk-progressive.jpg", "jpeg-ycck.jpg",
  ]

  static let pngs = [
    "png-rgb.png", "png-rgb-interlaced.png", "png-rgb16.png", "png-gray.png", "png-gray16.png",
    "png-gray1.png", "png-gray2.png", "png-gray4.png", "png-gray1-interlaced.png",
    "png-gray2-interlaced.png", "png-gray4-interlaced.png", "png-palette.png",
    "png-palette1.png", "png-palette2.png", "png-palette4.png", "png-palette-interlaced.png",
    "png-palette-alpha.png", "png-rgb-key.png", "png-gray-key.png", "png-rgba.png",
    "png-rgba-interlaced.png", "png-rgba16.png", "png-gray-alpha.png", "png-gray-alpha16.png",
  ]

  static let oriented =
    (1...8).map { "orientation-\($0).jpg" } + ["orientation-6-big-endian.jpg"]
    + ["orientation-png.png"]

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appending(path: name)))
  }

  /// The array that the script saved under `name`, or beside the image of that name.
  static func array(_ name: String) throws -> Tensor {
    let stem = name.split(separator: ".")[0]
    return try NumpyFile.read(folder.appending(path: "\(stem).npy").path)
  }

  /// The folder of photographs and reference data that is given beside a checkout, if it is there.
  static let shared: URL? = {
    let root = tests.deletingLastPathComponent()
    let named = ProcessInfo.processInfo.environment["CAPTIONMESH_SHARED"].map { URL(filePath: $0) }
    let folder = named ?? root.deletingLastPathComponent().appending(path: "shared")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }()
}

extension ImageDecoder {
  func decode(_ bytes: [UInt8], name: String = "test") throws(ImagingError) -> Image {
    try decode(unsafe bytes.span.bytes, name: name)
  }
}

extension Image {
  /// Pixels that look like noise, the same for the same seed.
  static func noise(width: Int, height: Int, seed: UInt64) -> Image {
    var generator = TestGenerator(seed: seed)
    return Image(
      pixels: Tensor(
        [height, width, 3],
        (0..<(height * width * 3)).map { _ in UInt8.random(in: 0...255, using: &generator) }))
  }
}

/// SplitMix64 (Steele, Lea and Flood 2014): tests repeat exactly.
struct TestGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
