import FoundationEssentials
import Tensor
import Testing

@testable import Imaging

@Suite("The fast ways to an encoder's input give what the plain ones give")
struct FastPathTests {
  @Test("rows by this processor's best instructions, as by any processor's", arguments: 0..<150)
  func rows(seed: UInt64) {
    var generator = TestGenerator(seed: seed)
    // From one tap a pixel to more than fit into any register.
    let width = Int.random(in: 1...[4, 90, 700, 3000][Int(seed % 4)], using: &generator)
    let image = Image.noise(
      width: width, height: Int.random(in: 1...11, using: &generator), seed: seed)
    let target = Int.random(in: 1...300, using: &generator)
    let fast = image.resizedRows(to: target).pixels.array(of: UInt8.self)
    let plain = image.resizedRows(to: target, plain: true).pixels.array(of: UInt8.self)
    let difference = zip(fast, plain).enumerated().first { $1.0 != $1.1 }?.offset
    #expect(fast.count == plain.count && difference == nil, "\(width) to \(target)")
  }

  @Test(
    "from a file to a tensor in one go, as step by step",
    arguments: Fixtures.jpegs + Fixtures.oriented + ["png-rgba.png", "png-gray16.png"])
  func input(name: String) throws {
    for (width, height) in [(9, 8), (40, 60), (3, 1), (32, 24)] {
      try expectSame(Fixtures.bytes(name), width: width, height: height, name)
    }
  }

  @Test("a photograph of more than one strip", arguments: [(500, 375), (33, 16), (256, 257)])
  func strips(width: Int, height: Int) throws {
    let file = try Image.noise(width: width, height: height, seed: 4).jpeg(quality: 90)
    try expectSame(file, width: 256, height: 256, "\(width)×\(height)")
  }

  @Test("an incomplete file is refused and its slot left as it was")
  func incomplete() throws {
    let file = try Image.noise(width: 80, height: 70, seed: 5).jpeg()
    let cut = Array(file.prefix(file.count * 2 / 3))
    let preprocessing = Preprocessing(width: 20, height: 20, normalization: .tf)
    let batch = Tensor(preprocessing.shape, of: Float.self) { span in
      #expect(throws: ImagingError.self) {
        try preprocessing.write(unsafe cut.span.bytes, name: "cut", to: &span, slot: 0)
      }
    }
    #expect(batch.array(of: Float.self).allSatisfy { $0 == 0 })
  }

  @Test(
    "only photographs of more than twice the size are decoded at a part of theirs",
    arguments: [
      (512, 512, 1), (513, 512, 1), (513, 513, 2), (1024, 4000, 2), (1025, 1025, 4),
      (9999, 2049, 8), (60_000, 60_000, 8), (100, 100, 1),
    ])
  func reduction(width: Int, height: Int, divisor: UInt32) {
    let reduction = JPEGFile.Reduction.above(width: 256, height: 256)
    #expect(reduction.divisor(width: width, height: height) == divisor)
    #expect(JPEGFile.Reduction.none.divisor(width: width, height: height) == 1)
  }

  @Test("at a part of its size a photograph looks the same", arguments: [1, 2, 3, 5, 9])
  func reduced(times: Int) throws {
    let scene = Image.noise(width: 5, height: 4, seed: 6)
    let (width, height) = (32 * times + 5, 24 * times + 3)
    let file = try scene.resized(width: width, height: height).jpeg(quality: 95)
    let preprocessing = Preprocessing(width: 32, height: 24, normalization: .tf)
    var decoder = ImageDecoder.serving
    let exact = try tensor(file, preprocessing, decoder)
    decoder.detail = .enough
    let reduced = try tensor(file, preprocessing, decoder)
    let differences = zip(exact, reduced).map { abs($0 - $1) * 127.5 }
    #expect(differences.reduce(0, +) / Float(differences.count) < 5)
    #expect(differences.max()! < 50)
    #expect((times > 1) == (exact != reduced), "a part is decoded exactly where it is allowed")
  }

  private func tensor(
    _ file: [UInt8], _ preprocessing: Preprocessing, _ decoder: ImageDecoder
  ) throws -> [Float] {
    try unsafe preprocessing.tensor(from: file.span.bytes, name: "test", decoder: decoder)
      .array(of: Float.self)
  }

  private func expectSame(_ file: [UInt8], width: Int, height: Int, _ name: String) throws {
    let preprocessing = Preprocessing(width: width, height: height, normalization: .torchvision)
    for decoder in [ImageDecoder.serving, .preparing] {
      let plain = Normalization.torchvision.normalized(
        preprocessing.resized(try decoder.decode(file, name: name))
      ).array(of: Float.self)
      let fast = try tensor(file, preprocessing, decoder)
      let difference = zip(fast, plain).enumerated().first { $1.0 != $1.1 }?.offset
      #expect(fast.count == plain.count && difference == nil, "\(name) to \(width)×\(height)")
      let levels = preprocessing.normalization.levels
      let planes = try unsafe preprocessing.planes(
        from: file.span.bytes, name: name, decoder: decoder)
      #expect(planes.shape == preprocessing.shape)
      let looked = planes.array(of: UInt8.self).enumerated().map { index, byte in
        levels[index / (width * height)].array(of: Float.self)[Int(byte)]
      }
      #expect(looked == plain, "\(name) to \(width)×\(height), by its levels")
    }
  }
}
