import Compute
import Decoders
import FoundationEssentials
import Tensor
import WeightFiles

/// A run's whole state in one safetensors file, from which it goes on bit for bit as if it had never
/// stopped: parameters, their running means, Adam's moments, and as JSON ``TrainingState``.
extension Trainer {
  static let stateFormat = "captionmesh.training"

  /// What is saved besides the tensors.
  private struct Saved: Codable {
    var state: TrainingState
    var options: TrainingOptions
    var configuration: DecoderConfiguration
    var adamSteps: Int
  }

  /// The tensors of the state: sets of parameters by a prefix.
  private var parts: [(prefix: String, set: ParameterSet<Float>)] {
    var parts = [
      ("decoder.", parameters), ("decoder_mean.", adam.mean), ("decoder_square.", adam.square),
    ]
    if options.averaging > 0 { parts.append(("decoder_average.", averaged)) }
    if let learning, let encoderAdam, let averagedEncoder {
      parts += [
        ("encoder.", learning.parameters), ("encoder_mean.", encoderAdam.mean),
        ("encoder_square.", encoderAdam.square),
      ]
      if options.averaging > 0 { parts.append(("encoder_average.", averagedEncoder)) }
    }
    return parts
  }

  /// Writes the state beside `path` and renames it there.
  ///
  /// - Throws: `WeightFileError` when it cannot be written, ``TrainingError`` when a parameter is
  ///   no number; what was there before still is.
  public func save(to path: String) throws {
    for (prefix, set) in parts {
      // A sum is no number exactly where an element is none, or where it might as well be.
      guard set.names.allSatisfy({ set[$0].elements.reduce(0, +).isFinite }) else {
        throw TrainingError(
          code: .diverged,
          message: "the \(prefix.dropLast()) parameters are no numbers any more at step "
            + "\(state.step); the state saved before is kept; try a lower learning rate")
      }
    }
    var tensors: [String: Tensor] = [:]
    for (prefix, set) in parts {
      for name in set.names {
        tensors[prefix + name] = Tensor([set[name].rows, set[name].columns], set[name].elements)
      }
    }
    let saved = Saved(
      state: state, options: options, configuration: configuration, adamSteps: adam.steps)
    let json = String(decoding: try JSONEncoder().encode(saved), as: UTF8.self)
    try WeightFile.write(
      tensors, metadata: ["format": Self.stateFormat, "run": json], to: path)
  }

  /// Takes up a state that ``save(to:)`` wrote.
  ///
  /// - Throws: ``TrainingError`` for a state of another run, naming what differs;
  ///   `WeightFileError` for a file that is damaged.
  public func restore(from path: String) throws {
    let file = try WeightFile.open(path)
    guard file.metadata["format"] == Self.stateFormat, let json = file.metadata["run"],
      let saved = try? JSONDecoder().decode(Saved.self, from: Data(json.utf8))
    else {
      throw TrainingError(
        code: .mismatch, message: "\(path): is no state of a training run, or a damaged one")
    }
    guard saved.configuration == configuration else {
      throw TrainingError(
        code: .mismatch,
        message: "\(path): is of another model; give the options that the run began with")
    }
    var comparable = saved.options
    comparable.epochs = options.epochs
    guard comparable == options else {
      throw TrainingError(
        code: .mismatch,
        message: "\(path): is of a run with other options; give those that it began with, which "
          + "stand in its config.json")
    }
    for (prefix, set) in parts {
      for name in set.names {
        guard let tensor = file.tensors[prefix + name],
          tensor.shape == [set[name].rows, set[name].columns], tensor.elementType == .float32
        else {
          throw TrainingError(
            code: .mismatch, message: "\(path): has no \(prefix)\(name) of the expected shape")
        }
      }
    }
    for (prefix, set) in parts {
      for name in set.names { set[name].copyElements(from: file.tensors[prefix + name]!) }
    }
    state = saved.state
    adam.steps = saved.adamSteps
    encoderAdam?.steps = saved.adamSteps
    try learning?.parametersChanged()
  }
}
