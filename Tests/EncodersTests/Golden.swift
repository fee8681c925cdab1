import Foundation
import Tensor
import Testing

/// A few of the features that PyTorch gave, from Tests/Fixtures/Encoders/make_goldens.py.
struct Golden: Decodable {
  /// N, 3, H, W of the images and N, C, h, w of the features.
  var input: [Int]
  var output: [Int]
  /// The largest feature.
  var maximum: Float
  /// Every how manieth feature is in `values`.
  var step: Int
  var values: [Float]
  /// How many numbers the network's tensors hold.
  var parameters: Int

  static let all: [String: Golden] = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/Encoders/goldens.json")
    return try! JSONDecoder().decode([String: Golden].self, from: Data(contentsOf: file))
  }()

  /// Checks the shape, and that no feature differs by more than 1e-4 of the largest one.
  func check(_ features: Tensor) {
    #expect(features.shape.dimensions == output)
    let found = features.array(of: Float.self)
    let difference = values.indices.map { abs(found[$0 * step] - values[$0]) }.max()!
    #expect(difference <= 1e-4 * maximum, "\(difference) of \(maximum)")
    #expect(abs(found.map(abs).max()! - maximum) <= 1e-4 * maximum)
  }
}
