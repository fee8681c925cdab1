import Foundation
import MessagePack
import Tensor
import Testing

@Suite("Tensors")
struct TensorMessagePackTests {
  static let tensors: [(String, Tensor)] = {
    let shape: Shape = [3, 1, 4]
    return [
      ("<f2", Tensor(shape, (0..<12).map { Float16($0) })),
      ("<f4", Tensor(shape, (0..<12).map { Float($0) })),
      ("<f8", Tensor(shape, (0..<12).map { Double($0) })),
      ("|u1", Tensor(shape, (0..<12).map { UInt8($0) })),
      ("|i1", Tensor(shape, (0..<12).map { Int8($0) })),
      ("<i4", Tensor(shape, (0..<12).map { Int32($0) })),
      ("<i8", Tensor(shape, (0..<12).map { Int64($0) })),
      ("scalar", Tensor([], [2.5 as Float])),
      ("empty", Tensor([0, 5], [] as [Float])),
    ]
  }()

  @Test("every element type is written and read as msgpack-numpy does", arguments: tensors)
  func golden(name: String, tensor: Tensor) throws {
    let expected = try #require(MessagePackTests.golden["tensor/\(name)"])
    #expect(try MessagePackWriter.pack(tensor) == expected)
    // At every alignment: some can be viewed, others must be copied.
    for offset in 0..<8 {
      let buffer = MessageBytes([UInt8](repeating: 0, count: offset) + expected.array)
      let bytes = buffer[offset..<buffer.count]
      let read = try Tensor(from: MessagePackValue(unpacking: bytes))
      #expect(read.shape == tensor.shape && read.elementType == tensor.elementType)
      #expect(MessageBytes(copying: read.bytes) == MessageBytes(copying: tensor.bytes))
    }
  }

  @Test(
    "what is not a dense little-endian array of numbers is refused",
    arguments: MessagePackTests.golden.keys.filter { $0.hasPrefix("refused/") })
  func refused(name: String) throws {
    let value = try MessagePackValue(unpacking: MessagePackTests.golden[name]!)
    #expect(throws: MessagePackError.self) { try Tensor(from: value) }
  }

  @Test("bytes in excess of the shape are named")
  func sizes() throws {
    let value = try MessagePackValue(unpacking: MessagePackTests.golden["refused/long-data"]!)
    #expect(
      throws: MessagePackError(
        code: .invalidValue, message: "16 bytes for 3 of float32", keyPath: "data")
    ) { try Tensor(from: value) }
  }

  @Test("Python's msgpack_numpy.decode gives the ndarray", .enabled(if: pythonHasNumpy))
  func python() throws {
    let tensor = Tensor([2, 3], [1, 2, 3, 4, 5, 6.5] as [Float16])
    let output = try runPython(
      """
      import sys, msgpack, msgpack_numpy
      array = msgpack.unpackb(sys.stdin.buffer.read(), object_hook=msgpack_numpy.decode)["x"]
      print(type(array).__name__, array.dtype, array.tolist())
      """, input: MessagePackWriter.pack(["x": tensor]).array)
    #expect(output == "ndarray float16 [[1.0, 2.0, 3.0], [4.0, 5.0, 6.5]]\n")
  }
}

private let pythonHasNumpy = (try? runPython("import msgpack_numpy; print(1)")) == "1\n"

/// Runs a program with the `python3` on the path and returns what it prints.
private func runPython(_ program: String, input: [UInt8] = []) throws -> String {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = ["python3", "-c", program]
  let stdin = Pipe()
  let stdout = Pipe()
  process.standardInput = stdin
  process.standardOutput = stdout
  process.standardError = FileHandle.nullDevice
  try process.run()
  try stdin.fileHandleForWriting.write(contentsOf: Data(input))
  try stdin.fileHandleForWriting.close()
  let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  return String(decoding: output, as: UTF8.self)
}
