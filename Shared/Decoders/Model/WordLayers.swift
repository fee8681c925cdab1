import Compute

/// The layers of ``WordStep``, packed once for all batches.
struct WordLayers: Sendable {
  let initial: InitialStateLayer<Float>
  let embedding: Matrix<Float>
  let recurrent: RecurrentLayer<Float>
  let vocabulary: LinearLayer<Float>

  init(_ configuration: DecoderConfiguration, _ parameters: ParameterSet<Float>) {
    initial = InitialStateLayer(parameters, configuration)
    embedding = parameters["embedding.weight"]
    recurrent = RecurrentLayer(parameters, configuration, packing: .forward)
    vocabulary = LinearLayer(parameters, "fc", packing: .forward)
  }
}
