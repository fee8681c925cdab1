import GRPCCore
import Glibc
import MeshAPI
import Tensor

/// What is said of one photograph, as JSON.
struct CaptionAnswer: Encodable, Sendable {
  struct Word: Encodable, Sendable {
    var word: String
    /// After the words before it; nil where the model does not say.
    var probability: Double?
  }

  struct Beam: Encodable, Sendable {
    var caption: String
    var logProbability: Double
    var finished: Bool

    enum CodingKeys: String, CodingKey {
      case caption, finished
      case logProbability = "log_probability"
    }
  }

  /// Where the model looked.
  struct Attention: Encodable, Sendable {
    var rows: Int
    var columns: Int
    /// One map a word, row by row; each has the sum 1, or less by what the sentinel took.
    var maps: [[Double]]
    var sentinel: [Double]?
  }

  /// The photograph's place in the request, from 0.
  var index: Int
  var name: String
  var caption: String?
  var words: [Word]?
  var logProbability: Double?
  var finished: Bool?
  var attention: Attention?
  var beams: [Beam]?
  var attempts: Int?
  var milliseconds: [String: Double]?
  var error: Problem.Body?

  enum CodingKeys: String, CodingKey {
    case index, name, caption, words, finished, attention, beams, attempts, milliseconds, error
    case logProbability = "log_probability"
  }

  init(index: Int, name: String, problem: Problem) {
    self.index = index
    self.name = name
    error = problem.body
  }

  init(index: Int, name: String, reply: CaptionReply, result: CaptionResult) {
    self.index = index
    self.name = name
    caption = result.caption
    let probabilities = result.wordLogProbabilities
    words = result.tokens.enumerated().map { place, word in
      Word(
        word: word,
        probability: place < probabilities.count ? Self.rounded(exp(probabilities[place])) : nil)
    }
    logProbability = Self.rounded(result.logProbability)
    finished = result.finished
    attention = Self.attention(of: result)
    beams =
      result.beams.isEmpty
      ? nil
      : result.beams.map {
        Beam(
          caption: $0.tokens.joined(separator: " "),
          logProbability: Self.rounded($0.logProbability), finished: $0.finished)
      }
    attempts = reply.attempts
    let spent = reply.milliseconds
    milliseconds = [
      "load": Self.rounded(spent.load), "encode": Self.rounded(spent.encode),
      "decode": Self.rounded(spent.decode), "queue": Self.rounded(spent.queue),
    ]
  }

  private static func attention(of result: CaptionResult) -> Attention? {
    guard let tensor = result.attention, tensor.shape.rank == 2, tensor.elementType == .float32
    else { return nil }
    let values = tensor.array(of: Float.self)
    let cells = tensor.shape[1]
    let maps = (0..<tensor.shape[0]).map { word in
      values[word * cells..<(word + 1) * cells].map { rounded(Double($0)) }
    }
    let sentinel = result.sentinel.flatMap {
      $0.elementType == .float32 ? $0.array(of: Float.self) : nil
    }
    return Attention(
      rows: result.grid.rows, columns: result.grid.columns, maps: maps,
      sentinel: sentinel?.map { rounded(Double($0)) })
  }

  /// Four digits after the point are enough for people and pictures.
  private static func rounded(_ value: Double) -> Double {
    value.isFinite ? (value * 10_000).rounded() / 10_000 : 0
  }
}
