import Compute
import Decoders
import Foundation
import Testing
import Training

/// The small decoders of Tests/Fixtures/Decoders/golden.json, and what
/// Tests/Fixtures/Training/make_gradients.py found for them.
private struct Golden: Decodable {
  struct Decoders: Decodable {
    struct Case: Decodable {
      struct Image: Decodable { var features: [Double] }
      var architecture: DecoderConfiguration.Architecture
      var cell: RecurrentCell
      var context: DecoderConfiguration.Context
      var activation: AttentionActivation
      var pooling: GridPooling?
      var images: [Image]
      var parameters: [String: [Double]]
    }
    var cells, featureSize, hiddenSize, embeddingSize, attentionSize, vocabularySize: Int
    var cases: [Case]

    func configuration(_ golden: Case) -> DecoderConfiguration {
      DecoderConfiguration(
        architecture: golden.architecture, cell: golden.cell, context: golden.context,
        activation: golden.activation, featureSize: featureSize, hiddenSize: hiddenSize,
        embeddingSize: embeddingSize, attentionSize: attentionSize,
        vocabularySize: vocabularySize, pooling: golden.pooling)
    }
  }
  struct Caption: Decodable {
    var image: Int
    var ids: [Int32]
  }
  struct Case: Decodable {
    var loss: Double
    var penalty: Double
    var running: [String: [Double]]
    var gradients: [String: [Double]]
    var features: [Double]
  }
  var captions: [Caption]
  var cases: [Case]

  static func read<Value: Decodable>(_ path: String) -> Value {
    let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fixtures/")
    return try! JSONDecoder().decode(
      Value.self, from: Data(contentsOf: fixtures.appending(path: path)))
  }

  static let decoders: Decoders = read("Decoders/golden.json")
  static let gradients: Golden = read("Training/gradients.json")
}

@Suite("Gradients against PyTorch")
struct GoldenGradientTests {
  /// The index and values of the first elements that differ by more than rounding; nil if none do.
  private func difference(_ found: [Double], _ expected: [Double]) -> String? {
    if found.count != expected.count { return "\(found.count) elements, not \(expected.count)" }
    let largest = expected.reduce(1e-6) { max($0, abs($1)) }
    for (index, pair) in zip(found, expected).enumerated()
    where abs(pair.0 - pair.1) > 1e-5 * largest {
      return "[\(index)] is \(pair.0), not \(pair.1)"
    }
    return nil
  }

  @Test(
    "loss, gradients and running statistics are autograd's",
    arguments: 0..<Golden.decoders.cases.count)
  func gradients(index: Int) {
    let (decoders, golden) = (Golden.decoders, Golden.decoders.cases[index])
    let expected = Golden.gradients.cases[index]
    let configuration = decoders.configuration(golden)
    let parameters = ParameterSet<Double>(configuration)
    for name in parameters.names { parameters[name].copyElements(from: golden.parameters[name]!) }
    let images = golden.images.count
    let features = FeatureBatch(
      images: images, cells: decoders.cells,
      values: Matrix<Double>(
        images * decoders.cells, decoders.featureSize, golden.images.flatMap(\.features)))
    let dfeatures = FeatureBatch(
      images: images, cells: decoders.cells,
      values: Matrix<Double>(features.values.rows, features.values.columns))
    let batch = CaptionBatch(
      captions: Golden.gradients.captions.map { (image: $0.image, ids: $0.ids) })
    let cells = golden.pooling?.pooledCells ?? decoders.cells
    var options = PassOptions.plain
    options.attentionRegularization = 0.7

    let gradient = ParameterSet<Double>(configuration)
    let first = InitialStateLayer(parameters, configuration)
    let initial = first.train(features.means(pooling: golden.pooling))
    let dstates = first.makeStates(images)
    let result = CaptionPass(configuration, parameters, gradient: gradient, options: options).run(
      batch,
      .init(features: features, states: initial.states, dstates: dstates, dfeatures: dfeatures),
      scale: 1 / Double(batch.tokenCount),
      attentionScale: 1 / Double(batch.captions.count * cells), seed: 0)
    let dmeans = Matrix<Double>(images, decoders.featureSize)
    first.backward(
      into: InitialStateLayer(gradient, configuration), initial, dstates: dstates, dmeans: dmeans)
    features.meansBackward(dmeans, into: dfeatures, pooling: golden.pooling)

    #expect(abs(result.loss - expected.loss) < 1e-5 * expected.loss)
    #expect(abs(result.attentionPenalty - expected.penalty) < 1e-5 * (expected.penalty + 1))
    for name in parameters.names {
      if let running = expected.running[name] {
        let problem = difference(parameters[name].elements, running)
        #expect(problem == nil, "\(name)\(problem ?? "")")
      } else if name != "attention.full_att.bias" {
        // The bias shifts all scores of a softmax alike; autograd's gradient is rounding.
        let problem = difference(gradient[name].elements, expected.gradients[name] ?? [])
        #expect(problem == nil, "\(name)\(problem ?? "")")
      }
    }
    let problem = difference(dfeatures.values.elements, expected.features)
    #expect(problem == nil, "features\(problem ?? "")")
  }
}
