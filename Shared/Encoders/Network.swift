/// A convolutional network as a list of layers, in the order in which they are calculated.
///
/// It is a plain value that says what is calculated, not how: ``ExecutionPlan`` turns it into
/// primitives. Write one with ``NetworkBuilder``.
struct Network: Sendable, Equatable {
  /// A result: 0 is the image, i + 1 what layer i yields.
  typealias Value = Int

  static let image: Value = 0

  struct Layer: Sendable, Equatable {
    var operation: Operation
    var input: Value
  }

  enum Operation: Sendable, Equatable {
    case convolution(Convolution)
    case maxPooling(kernel: Int, stride: Int, padding: Padding)
    /// max(x · scale + shift, 0), a scale and a shift for each channel: a batch norm before a
    /// convolution, as residual units with pre-activation have it, whose name in files this is.
    case preactivation(name: String)
  }

  /// A convolution, the batch norm after it, what is added, and the activation.
  struct Convolution: Sendable, Equatable {
    /// The weights' name in files, without ".weight".
    var name: String
    var inputChannels: Int
    var outputChannels: Int
    var kernel: Int
    var stride: Int
    var padding: Padding
    /// 1, or the number of channels in a depthwise convolution.
    var groups: Int
    /// The batch norm's name in files; nil where published files have it folded in.
    var batchNorm: String?
    /// A result that is added after the batch norm, before the activation.
    var residual: Value?
    var activation: Activation?

    /// The weights' extents in files: O, I / groups, kernel, kernel.
    var weightExtents: [Int] { [outputChannels, inputChannels / groups, kernel, kernel] }
  }

  enum Padding: Sendable, Equatable {
    /// As many rows and columns at each side.
    case symmetric(Int)
    /// TensorFlow's 'SAME' for the extent that the axis had in training: as much as makes the
    /// output ⌈extent / stride⌉, the odd one at the end. Images of other sizes are padded alike, so
    /// that each kernel looks where it has learned to look; 'SAME' for their own size would shift
    /// it by one in every layer where one extent is odd and the other is even.
    case same(trainedExtent: Int)

    /// Padding before and after an axis.
    func amounts(kernel: Int, stride: Int) -> (before: Int, after: Int) {
      switch self {
      case .symmetric(let amount): return (amount, amount)
      case .same(let trainedExtent):
        let outputs = (trainedExtent + stride - 1) / stride
        let total = max((outputs - 1) * stride + kernel - trainedExtent, 0)
        return (total / 2, total - total / 2)
      }
    }
  }

  enum Activation: Sendable, Equatable { case relu, relu6 }

  var layers: [Layer]
  /// What is added to a batch norm's variance.
  var batchNormEpsilon: Float
  /// How many channels each value has; those of the last one are the encoder's features.
  var channels: [Int]

  /// The features: what the last layer yields.
  var output: Value { layers.count }
  var outputChannels: Int { channels[output] }

  /// The convolutions with the places of their layers.
  var convolutions: [(layer: Int, Convolution)] {
    layers.indices.compactMap { index in
      if case .convolution(let convolution) = layers[index].operation {
        (index, convolution)
      } else {
        nil
      }
    }
  }

  /// The preactivations' names with the places of their layers.
  var preactivations: [(layer: Int, name: String)] {
    layers.indices.compactMap { index in
      if case .preactivation(let name) = layers[index].operation { (index, name) } else { nil }
    }
  }
}
