public import Compute

/// Several decoders that write one caption together: at each step the mean of their probabilities.
/// They share a vocabulary; each has feature maps of its own, of whatever encoder.
public final class EnsembleSession: DecodingSession {
  private let members: [any DecodingSession]
  private var probabilities = Matrix<Float>(0, 0)

  /// - Precondition: there is a member; all were opened with as many images and rows.
  public init(_ members: [any DecodingSession]) {
    precondition(!members.isEmpty, "an ensemble of nobody")
    self.members = members
  }

  /// Whose attention is shown: the first member's that has any.
  private var looking: any DecodingSession { members.first { $0.cells > 0 } ?? members[0] }

  public var cells: Int { looking.cells }
  public var attention: Matrix<Float> { looking.attention }
  public var sentinel: Matrix<Float>? { looking.sentinel }

  public func select(parents: [Int]) {
    for member in members { member.select(parents: parents) }
  }

  /// The logarithms of the mean probabilities, which are logits as well.
  public func step(words: [Int]) -> Matrix<Float> {
    let share = 1 / Float(members.count)
    for (index, member) in members.enumerated() {
      let logits = member.step(words: words)
      if index == 0, probabilities.rows < logits.rows || probabilities.columns != logits.columns {
        probabilities = Matrix(logits.rows, logits.columns)
      }
      let mean = probabilities[rows: 0..<logits.rows]
      if index == 0 { mean.fill(0) }
      logits.softmax()
      mean.add(logits, scale: share)
    }
    let mean = probabilities[rows: 0..<words.count]
    mean.logarithm()
    return mean
  }
}
