import GRPCCore
import MessagePack
import Testing

@testable import ZeroMQTransport

@Suite("Headers")
struct WireHeaderTests {
  private static let limits = ZeroMQLimits()

  private static let headers: [WireHeader] = {
    let metadata: Metadata = ["a": "1", "b-bin": [1, 2], "c": "", "c": "x"]
    let opening = WireHeader.Opening(method: "p.S/M", metadata: metadata, coalesce: true)
    let ending = WireHeader.Ending(
      status: Status(code: .notFound, message: "wo?"), trailers: metadata)
    return [
      .request(stream: 1, opening: opening, end: true),
      .request(stream: 2, opening: nil, end: false),
      .request(stream: .max, opening: nil, end: true),
      .response(stream: 3, metadata: metadata, ending: ending),
      .response(stream: 4, metadata: [:], ending: nil),
      .response(stream: 5, metadata: nil, ending: nil),
      .cancel(stream: 6), .window(stream: 7, StreamWindow(messages: 1, bytes: 0xffff_ffff)),
      .ping, .pong, .goodbye,
    ]
  }()

  @Test("what is written is read back", arguments: headers)
  func roundTrip(header: WireHeader) throws {
    #expect(try WireHeader(decoding: header.encoded(), limits: Self.limits) == header)
  }

  @Test("changed bytes are read or refused and nothing else", arguments: 0..<300)
  func mutated(seed: UInt64) {
    var generator = SeededGenerator(state: seed)
    var bytes = Self.headers.randomElement(using: &generator)!.encoded().array
    for _ in 0..<20 {
      bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
        in: 0...255, using: &generator)
      do {
        let header = try WireHeader(decoding: MessageBytes(bytes), limits: Self.limits)
        #expect(header.encoded().count > 0)
      } catch {
        #expect(error.header.encoded().count > 0)
      }
    }
  }

  @Test("keys of metadata are sent in lower case, values that do not fit their key are refused")
  func metadata() throws {
    let upper = WireHeader.response(stream: 1, metadata: ["KEY-bin": [1], "Two": "2"], ending: nil)
    let read = try WireHeader(decoding: upper.encoded(), limits: Self.limits)
    #expect(read == .response(stream: 1, metadata: ["key-bin": [1], "two": "2"], ending: nil))

    func refused(_ write: (inout MessagePackMapWriter) -> Void) throws {
      var writer = MessagePackWriter()
      writer.writeMap { map in
        map.encode("v", 1)
        map.encode("kind", "response")
        write(&map)
      }
      let frame = try writer.finish()
      let error = #expect(throws: WireError.self) {
        try WireHeader(decoding: frame, limits: Self.limits)
      }
      #expect(error?.error.code == .invalidArgument)
    }
    try refused { $0.encode("metadata", ["key": MessageBytes([1])]) }
    try refused { $0.encode("metadata", ["Key": "x"]) }
    try refused { $0.encode("metadata", ["key": 1]) }
    try refused { $0.encode("metadata", ["key": [["x"]]]) }
    try refused { $0.encode("metadata", "x") }
    try refused { $0.encode("stream", -1) }
    try refused { $0.encode("status", "0") }
  }

  @Test("a status that gRPC does not know is UNKNOWN")
  func unknownStatus() throws {
    var writer = MessagePackWriter()
    writer.writeMap { map in
      map.encode("v", 1)
      map.encode("kind", "response")
      map.encode("status", 99)
    }
    let header = try WireHeader(decoding: writer.finish(), limits: Self.limits)
    let status = Status(code: .unknown, message: "")
    #expect(
      header == .response(stream: 0, metadata: nil, ending: .init(status: status, trailers: [:])))
  }

  @Test(
    "timeouts",
    arguments: [
      ("1H", .seconds(3_600)), ("2M", .seconds(120)), ("3S", .seconds(3)),
      ("4m", .milliseconds(4)), ("5u", .microseconds(5)), ("99999999n", .nanoseconds(99_999_999)),
      ("0S", .zero), ("99999999H", .seconds(99_999_999 * 3_600)),
      ("100000000n", nil), ("", nil), ("S", nil), ("5", nil), ("5s", nil), ("-5S", nil),
      ("+5S", nil), ("5 S", nil), ("٣S", nil),
    ] as [(String, Duration?)])
  func timeouts(text: String, duration: Duration?) {
    #expect(Duration(grpcTimeout: text) == duration)
  }
}
