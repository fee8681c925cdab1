import GRPCCore
import MeshAPI
import MessagePack
import Tensor

@testable import ZeroMQTransport

extension FuzzTarget {
  /// Any msgpack value, walked over to its leaves; what is sound must survive being written again.
  static let messagePack = FuzzTarget(
    name: "msgpack", maximumLength: 4_096, tokens: ["nd", "shape", "data", "kind", "type"],
    seeds: { Seeds.messages.map { $0.array } },
    parse: { bytes in
      let value = try MessagePackValue(unpacking: MessageBytes(copying: bytes))
      walk(value)
      if let tensor = try? Tensor(from: value) {
        let again = try Tensor(from: MessagePackValue(unpacking: MessagePackWriter.pack(tensor)))
        precondition(again.shape == tensor.shape && again.bytes.byteCount == tensor.bytes.byteCount)
      }
    })

  /// Every message of the mesh's services.
  static let messages = FuzzTarget(
    name: "messages", maximumLength: 4_096, tokens: Seeds.keys,
    seeds: { Seeds.messages.map { $0.array } },
    parse: { bytes in
      let value = try MessagePackValue(unpacking: MessageBytes(copying: bytes))
      for type in Seeds.types { read(type, value) }
    })

  /// A wire message, its frames divided by the bytes FE FF; what is sound must survive being
  /// written again.
  static let frames = FuzzTarget(
    name: "frames", maximumLength: 4_096,
    tokens: ["v", "kind", "stream", "method", "metadata", "end", "status", "trailers", "request"],
    seeds: { Seeds.frames },
    parse: { bytes in
      var frames = [MessageBytes([])]
      var start = 0
      for index in 0..<bytes.byteCount
      where index > start && bytes.byte(index) == 0xFF && bytes.byte(index - 1) == 0xFE {
        frames.append(MessageBytes(copying: bytes.extracting(start..<index - 1)))
        start = index + 1
      }
      frames.append(MessageBytes(copying: bytes.extracting(start..<bytes.byteCount)))
      let limits = ZeroMQLimits()
      let (header, _) = try Multipart(frames: frames).parsed(limits: limits)
      let again = try? WireHeader(decoding: header.encoded(), limits: limits)
      precondition(again?.stream == header.stream)
      if case .request(_, let opening?, _) = header {
        _ = opening.metadata[stringValues: "grpc-timeout"].map { Duration(grpcTimeout: $0) }
      }
    })

  private static func walk(_ value: MessagePackValue) {
    if let values = try? value.array() {
      for value in values { walk(value) }
    } else if let map = try? value.map() {
      if let pairs = try? map.pairs() {
        for (key, value) in pairs {
          precondition(map[key] != nil)
          walk(value)
        }
      }
    } else {
      _ = try? value.string()
      _ = try? value.bytes().array
      _ = try? value.float()
      _ = try? value.integer(as: Int8.self)
      _ = try? value.integer(as: UInt64.self)
      _ = try? value.boolean()
    }
  }

  private static func read<Message: MessagePackConvertible>(
    _ type: Message.Type, _ value: MessagePackValue
  ) {
    do {
      let message = try Message(from: value)
      // What was understood can be said.
      let packed = try MessagePackWriter.pack(message)
      _ = try Message(from: MessagePackValue(unpacking: packed))
    } catch {
      precondition(!"\(error)".isEmpty)
    }
  }
}
