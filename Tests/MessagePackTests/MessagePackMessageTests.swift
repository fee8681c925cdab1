import GRPCCore
import MessagePack
import Tensor
import Testing

@Suite("Messages")
struct MessagePackMessageTests {
  @Test("what is written is read back", arguments: 0..<200)
  func roundTrip(seed: UInt64) throws {
    var generator = SeededGenerator(state: seed)
    let sample = Sample.random(using: &generator)
    let bytes = try MessagePackWriter.pack(sample, capacity: 1)
    #expect(try Sample(from: MessagePackValue(unpacking: bytes)) == sample)
  }

  @Test("a message is written as Python writes it")
  func golden() throws {
    let inner = Sample(id: "a2", count: 0, score: 0, done: false, tags: [], image: MessageBytes([]))
    let features = Tensor([2, 3], [0, 1, 2, 3, 4, 5] as [Float16])
    let sample = Sample(
      id: "a1", count: 7, score: -1.5, done: true, tags: ["x", "y"],
      image: MessageBytes([0x00, 0xff]), features: features, inner: [inner])
    let expected = try #require(MessagePackTests.golden["message"])
    #expect(try MessagePackWriter.pack(sample) == expected)
    #expect(try Sample(from: MessagePackValue(unpacking: expected)) == sample)
  }

  @Test(
    "integers take the fewest bytes, as Python's do",
    arguments: MessagePackTests.golden.keys.filter { $0.hasPrefix("integer/") })
  func integers(name: String) throws {
    let bytes = try #require(MessagePackTests.golden[name])
    let number = try #require(Int(name.dropFirst("integer/".count)))
    #expect(try MessagePackWriter.pack(number) == bytes)
    #expect(try MessagePackValue(unpacking: bytes).integer(as: Int.self) == number)
  }

  @Test("lengths are written as Python does", arguments: [0, 1, 31, 32, 255, 256, 65535, 65536])
  func headers(length: Int) throws {
    let body = [UInt8](repeating: UInt8(ascii: "x"), count: length)
    let string = try MessagePackWriter.pack(String(decoding: body, as: UTF8.self))
    let binary = try MessagePackWriter.pack(MessageBytes(body))
    #expect(string.array == MessagePackTests.golden["string-header/\(length)"]!.array + body)
    #expect(binary.array == MessagePackTests.golden["binary-header/\(length)"]!.array + body)
    #expect(try MessagePackValue(unpacking: binary).bytes().array == body)
  }

  @Test("a bin that holds a value is that value's bytes", arguments: [0, 1, 300, 70_000])
  func nested(length: Int) throws {
    let inner = [String(repeating: "x", count: length), "é"]
    var writer = MessagePackWriter(capacity: 1)
    writer.beginArray(count: 2)
    writer.writeBinary(containing: inner)
    writer.write(true)
    let values = try MessagePackValue(unpacking: writer.finish()).array()
    let bytes = try values[0].bytes()
    #expect(try bytes == MessagePackWriter.pack(inner))
    #expect(try values[1].boolean())
  }

  @Test("other values are written as Python does")
  func others() throws {
    func packed(_ value: some MessagePackConvertible, is name: String) throws {
      #expect(try MessagePackWriter.pack(value) == MessagePackTests.golden[name])
    }
    try packed("Straße – 写真", is: "string/unicode")
    try packed(0.1, is: "float64")
    try packed(Array(0..<15), is: "array/15")
    try packed(Array(0..<16), is: "array/16")
    try packed(["b": 2, "a": 1], is: "dictionary")
  }

  @Test("a map of any number of pairs gets the right header", arguments: [0, 15, 16, 300])
  func mapHeader(pairs: Int) throws {
    var writer = MessagePackWriter()
    writer.writeMap { map in
      for index in 0..<pairs { map.encode("\(index)", index) }
    }
    let map = try MessagePackValue(unpacking: writer.finish()).map()
    #expect(map.count == pairs)
    for index in 0..<pairs { #expect(try map.decode("\(index)") == index) }
  }

  @Test("unknown keys are ignored, missing and wrong ones are named with their path")
  func keys() throws {
    var writer = MessagePackWriter()
    writer.writeMap { map in
      map.encode("extra", [1, 2])
      map.encode("inner", ["count": "seven"])
    }
    let value = try MessagePackValue(unpacking: writer.finish())
    let map = try value.map()
    #expect(try map.decode("extra", as: [Int].self) == [1, 2])
    #expect(try map.decodeIfPresent("absent", as: Int.self) == nil)
    #expect(
      throws: MessagePackError(
        code: .missingKey, message: "a required key is missing", keyPath: "id")
    ) { try Sample(from: value) }
    #expect(
      throws: MessagePackError(
        code: .wrongType, message: "expected integer, found str", keyPath: "inner.count")
    ) { try map.decode("inner", as: [String: Int].self) }
    #expect(
      throws: MessagePackError(
        code: .wrongType, message: "expected str, found integer", keyPath: "extra[0]")
    ) { try map.decode("extra", as: [String].self) }
  }

  @Test("numbers that do not fit and text that is not UTF-8 are refused")
  func invalidValues() throws {
    let big = try MessagePackValue(unpacking: MessagePackWriter.pack(UInt64.max))
    #expect(throws: MessagePackError.self) { try big.integer(as: Int.self) }
    #expect(try big.integer(as: UInt64.self) == .max)
    let latin1 = try MessagePackValue(unpacking: MessageBytes([0xa1, 0xe9]))
    #expect(throws: MessagePackError.self) { try latin1.string() }
    let whole = try MessagePackValue(unpacking: MessageBytes([0x03]))
    #expect(try whole.float() == 3)
  }

  @Test("the serializers work with any transport's bytes")
  func serializers() throws {
    var generator = SeededGenerator(state: 7)
    let sample = Sample.random(using: &generator)
    let serializer = MessagePackSerializer<Sample>()
    let deserializer = MessagePackDeserializer<Sample>()
    let array: [UInt8] = try serializer.serialize(sample)
    let bytes: MessageBytes = try serializer.serialize(sample)
    #expect(array == bytes.array)
    #expect(try deserializer.deserialize(array) == sample)
    #expect(try deserializer.deserialize(bytes) == sample)
    let error = #expect(throws: MessagePackError.self) { try deserializer.deserialize([0xc1]) }
    #expect(error?.rpcErrorCode == .invalidArgument)
  }
}
