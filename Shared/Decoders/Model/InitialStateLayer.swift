public import Compute

/// The first state of the recurrent cell: h₀ and, for an LSTM, c₀, each a linear layer of the mean
/// feature, batch-normalised in ``DecoderConfiguration/Architecture/tell``.
public struct InitialStateLayer<Scalar: Real>: Sendable {
  private struct Part {
    let linear: LinearLayer<Scalar>
    let norm: BatchNorm<Scalar>?
  }

  /// h₀'s and, for an LSTM, c₀'s.
  private let parts: [Part]
  private let hiddenSize: Int

  public init(_ parameters: ParameterSet<Scalar>, _ configuration: DecoderConfiguration) {
    hiddenSize = configuration.hiddenSize
    let names = configuration.cell == .lstm ? ["init_h", "init_c"] : ["init_h"]
    parts = names.map { name in
      Part(
        linear: LinearLayer(parameters, name),
        norm: configuration.architecture == .tell ? BatchNorm(parameters, "\(name)_norm") : nil)
    }
  }

  /// States of images, [images, hidden]; the cell has no columns where there is none.
  public struct States: Sendable {
    public let hidden: Matrix<Scalar>
    public let cell: Matrix<Scalar>

    public init(hidden: Matrix<Scalar>, cell: Matrix<Scalar>) {
      self.hidden = hidden
      self.cell = cell
    }

    /// The states of some of the images, sharing memory.
    public subscript(rows range: Range<Int>) -> States {
      States(hidden: hidden[rows: range], cell: cell[rows: range])
    }
  }

  /// States of zeros, to be written to.
  public func makeStates(_ images: Int) -> States {
    States(
      hidden: Matrix(images, hiddenSize), cell: Matrix(images, parts.count > 1 ? hiddenSize : 0))
  }

  /// First states from mean features [images, channels].
  public func infer(_ means: Matrix<Scalar>) -> States {
    let states = makeStates(means.rows)
    for (part, state) in zip(parts, [states.hidden, states.cell]) {
      part.linear.forward(means, into: state)
      part.norm?.infer(state)
    }
    return states
  }

  /// What ``train(_:)`` leaves for ``backward(into:_:dstates:dmeans:)``.
  public struct Activations: Sendable {
    public let states: States
    let means: Matrix<Scalar>
    let norms: [BatchNorm<Scalar>.Activations?]
  }

  /// First states in training: batch norm takes the statistics of these images.
  public func train(_ means: Matrix<Scalar>) -> Activations {
    let states = makeStates(means.rows)
    var norms: [BatchNorm<Scalar>.Activations?] = []
    for (part, state) in zip(parts, [states.hidden, states.cell]) {
      part.linear.forward(means, into: state)
      norms.append(part.norm?.train(state))
    }
    return Activations(states: states, means: means, norms: norms)
  }

  /// The gradient of ``train(_:)``: adds to the parameters' `gradient` and, where given, to
  /// `dmeans`; uses up `dstates`.
  public func backward(
    into gradient: InitialStateLayer, _ activations: Activations, dstates: States,
    dmeans: Matrix<Scalar>?
  ) {
    let gradients = [dstates.hidden, dstates.cell]
    for (index, part) in parts.enumerated() {
      let dstate = gradients[index]
      if let norm = part.norm, let saved = activations.norms[index],
        let normGradient = gradient.parts[index].norm
      {
        norm.accumulate(into: normGradient, saved, dy: dstate)
      }
      part.linear.accumulate(
        into: gradient.parts[index].linear, x: activations.means, dy: dstate)
      dmeans?.product(dstate, part.linear.weight, accumulate: true)
    }
  }
}
