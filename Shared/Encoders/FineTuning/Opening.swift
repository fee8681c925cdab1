/// How much of an encoder learns: everything from one layer on.
public enum Opening: Hashable, Sendable, CustomStringConvertible {
  /// The last blocks, and EfficientNet-Lite's head convolution after them.
  case lastBlocks(Int)
  /// A ResNet's layer of that number and those after it.
  case fromLayer(Int)

  public var description: String {
    switch self {
    case .lastBlocks(let count): "last \(count) blocks"
    case .fromLayer(let number): "layer\(number) on"
    }
  }
}

extension Network {
  /// The blocks with the layers they begin at, in order: `_blocks.N` or `layerS.N`.
  var blocks: [(name: Substring, layer: Int)] {
    var blocks: [(name: Substring, layer: Int)] = []
    for (layer, place) in layers.enumerated() {
      let layerName: String
      switch place.operation {
      case .maxPooling: continue
      case .convolution(let convolution): layerName = convolution.name
      case .preactivation(let name): layerName = name
      }
      let parts = layerName.split(separator: ".")
      guard parts.count > 2, parts[1].allSatisfy(\.isNumber) else { continue }
      let name = layerName[parts[0].startIndex..<parts[1].endIndex]
      if blocks.last?.name != name { blocks.append((name, layer)) }
    }
    return blocks
  }

  /// The first layer that learns.
  ///
  /// - Throws: ``EncoderError`` `invalid` where the network has not as many blocks or no such layer,
  ///   or where there is no way to learn what was asked for.
  func firstLayer(of opening: Opening) throws(EncoderError) -> Int {
    let blocks = blocks
    let first: Int?
    let known: String
    switch opening {
    case .lastBlocks(let count):
      known = "it has 1 to \(blocks.count) blocks"
      first = (1...blocks.count).contains(count) ? blocks[blocks.count - count].layer : nil
    case .fromLayer(let number):
      let layers = Set(blocks.compactMap { $0.name.split(separator: ".").first }).sorted()
      known = "it has \(layers.joined(separator: ", "))"
      first = blocks.first { $0.name.hasPrefix("layer\(number).") }?.layer
    }
    guard let first else {
      throw EncoderError(code: .invalid, "the encoder cannot be opened: \(opening); \(known)")
    }
    for layer in layers[first...] {
      guard case .maxPooling = layer.operation else { continue }
      throw EncoderError(
        code: .invalid,
        "the encoder cannot be opened: \(opening): gradients do not pass its pooling; open less")
    }
    return first
  }

  /// The network up to, not including, a layer.
  func prefix(upTo layer: Int) -> Network {
    var network = self
    network.layers = Array(layers.prefix(layer))
    network.channels = Array(channels.prefix(layer + 1))
    return network
  }
}
