/// The kind of recurrent cell.
public enum RecurrentCell: String, Sendable, CaseIterable, Codable {
  /// h = tanh(W·x + U·h) (Elman 1990).
  case rnn
  /// Hochreiter and Schmidhuber 1997, with PyTorch's gate order i, f, g, o.
  case lstm
  /// Cho and others 2014, as PyTorch has it: r, z, n, with r applied to U·h + b of n.
  case gru

  /// Blocks of hidden size in the cell's weights.
  public var gates: Int {
    switch self {
    case .rnn: 1
    case .lstm: 4
    case .gru: 3
    }
  }

  /// Blocks of hidden size that a step works in: a GRU keeps the hidden state's part of n apart.
  public var workingGates: Int { self == .gru ? 4 : gates }
}
