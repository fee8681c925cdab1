import Compute
import Decoders
import Foundation
import Testing

/// What Tests/Fixtures/Decoders/make_golden.py wrote.
struct Golden: Decodable {
  struct Case: Decodable, CustomTestStringConvertible {
    struct Image: Decodable {
      struct Beam: Decodable {
        var width: Int
        var words: [Int]
        var logProbability: Float
        var finished: Bool
      }
      var features: [Float]
      var logits: [[Float]]
      var attention: [[Float]]
      var sentinel: [Float]
      var beams: [Beam]
    }
    var architecture: String
    var cell: String
    var context: String
    var activation: String
    var pooling: GridPooling?
    var fed: [Int]
    var images: [Image]
    var parameters: [String: [Float]]

    var testDescription: String {
      "\(architecture), \(cell), \(context), \(activation)\(pooling == nil ? "" : ", pooled")"
    }
  }
  var cells, featureSize, hiddenSize, embeddingSize, attentionSize, vocabularySize: Int
  var start, end, longest: Int
  var excluded: [Int]
  var cases: [Case]

  static let value: Golden = {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fixtures/Decoders/golden.json")
    return try! JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }()

  func decoder(_ golden: Case, precision: DecoderPrecision = .fp32) -> any CaptionDecoder {
    let configuration = DecoderConfiguration(
      architecture: .init(rawValue: golden.architecture)!,
      cell: .init(rawValue: golden.cell)!, context: .init(rawValue: golden.context)!,
      activation: .init(rawValue: golden.activation)!, featureSize: featureSize,
      hiddenSize: hiddenSize, embeddingSize: embeddingSize, attentionSize: attentionSize,
      vocabularySize: vocabularySize, pooling: golden.pooling)
    let parameters = ParameterSet<Float>(configuration)
    for name in parameters.names { parameters[name].copyElements(from: golden.parameters[name]!) }
    return configuration.decoder(parameters, precision: precision)
  }

  func features(_ golden: Case) -> FeatureBatch<Float> {
    let images = golden.images
    return FeatureBatch(
      images: images.count, cells: cells,
      values: Matrix(images.count * cells, featureSize, images.flatMap(\.features)))
  }
}
