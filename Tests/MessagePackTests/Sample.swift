import MessagePack
import Tensor

/// A message with one field of each kind.
struct Sample: MessagePackMessage, Equatable {
  var id: String
  var count: Int
  var score: Double
  var done: Bool
  var tags: [String]
  var image: MessageBytes
  var features: Tensor?
  var inner: [Sample]

  init(
    id: String, count: Int, score: Double, done: Bool, tags: [String], image: MessageBytes,
    features: Tensor? = nil, inner: [Sample] = []
  ) {
    self.id = id
    self.count = count
    self.score = score
    self.done = done
    self.tags = tags
    self.image = image
    self.features = features
    self.inner = inner
  }

  init(from map: MessagePackMap) throws(MessagePackError) {
    id = try map.decode("id")
    count = try map.decode("count")
    score = try map.decode("score")
    done = try map.decode("done")
    tags = try map.decode("tags")
    image = try map.decode("image")
    features = try map.decodeIfPresent("features")
    inner = try map.decodeIfPresent("inner", as: Sample.self).map { [$0] } ?? []
  }

  func encode(into map: inout MessagePackMapWriter) {
    map.encode("id", id)
    map.encode("count", count)
    map.encode("score", score)
    map.encode("done", done)
    map.encode("tags", tags)
    map.encode("image", image)
    map.encodeIfPresent("features", features)
    map.encodeIfPresent("inner", inner.first)
  }

  static func == (lhs: Sample, rhs: Sample) -> Bool {
    lhs.id == rhs.id && lhs.count == rhs.count && lhs.score == rhs.score && lhs.done == rhs.done
      && lhs.tags == rhs.tags && lhs.image == rhs.image && lhs.inner == rhs.inner
      && lhs.features?.shape == rhs.features?.shape
      && lhs.features?.elementType == rhs.features?.elementType
      && lhs.features.map { MessageBytes(copying: $0.bytes) }
        == rhs.features.map { MessageBytes(copying: $0.bytes) }
  }

  static func random(using generator: inout some RandomNumberGenerator, depth: Int = 0) -> Sample {
    func text() -> String {
      String(
        (0..<Int.random(in: 0...40, using: &generator)).map { _ in
          "aé写🙂 ".randomElement(using: &generator)!
        })
    }
    let extents = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
      Int.random(in: 0...5, using: &generator)
    }
    let shape = Shape(extents)
    let hasInner = depth < 5 && Bool.random(using: &generator)
    return Sample(
      id: text(), count: Int.random(in: Int.min...Int.max, using: &generator),
      score: Double.random(in: -1...1, using: &generator), done: Bool.random(using: &generator),
      tags: (0..<Int.random(in: 0...20, using: &generator)).map { _ in text() },
      image: MessageBytes(
        (0..<Int.random(in: 0...300, using: &generator)).map { _ in
          UInt8.random(in: 0...255, using: &generator)
        }),
      features: Bool.random(using: &generator)
        ? Tensor(shape, (0..<shape.elementCount).map { Float($0) }) : nil,
      inner: hasInner ? [random(using: &generator, depth: depth + 1)] : [])
  }
}
