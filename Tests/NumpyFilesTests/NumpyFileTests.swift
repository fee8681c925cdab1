import FoundationEssentials
import NumpyFiles
import Tensor
import Testing

@Suite("NumPy's .npy files")
struct NumpyFileTests {
  private static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/NumpyFiles")

  private static let tensors: [(name: String, tensor: Tensor)] = [
    ("float16-2x3", Tensor([2, 3], [0, 1, -2, 0.5, 65504, -0.0] as [Float16])),
    ("float32-2x1x3", Tensor([2, 1, 3], [0, 1, -2.5, 3e38, -2e-38, 1 / 3] as [Float])),
    ("float64-scalar", Tensor([], [0.1])),
    ("uint8-5", Tensor([5], [0, 1, 127, 128, 255] as [UInt8])),
    ("int8-4", Tensor([4], [-128, -1, 0, 127] as [Int8])),
    ("int32-1x2", Tensor([1, 2], [.min, .max] as [Int32])),
    ("int64-3", Tensor([3], [.min, 0, .max] as [Int64])),
    ("float32-0x4", Tensor([0, 4], [] as [Float])),
  ]

  @Test("what NumPy wrote is read, and written as NumPy writes it", arguments: tensors)
  func golden(name: String, tensor: Tensor) throws {
    let path = Self.folder.appending(path: "\(name).npy")
    let read = try NumpyFile.read(path.path)
    #expect(read.shape == tensor.shape)
    #expect(read.elementType == tensor.elementType)
    #expect(NumpyFile.encode(read) == NumpyFile.encode(tensor))
    #expect(NumpyFile.encode(tensor) == [UInt8](try Data(contentsOf: path)))
  }

  @Test(
    "what is not read is refused with its reason",
    arguments: [
      ("fortran", "Fortran order"), ("big-endian", "'>f4'"), ("complex", "'<c8'"),
      ("objects", "'|O'"), ("version-2", "version 2.0"),
    ])
  func unsupported(name: String, reason: String) throws {
    let error = #expect(throws: NumpyFileError.self) {
      try NumpyFile.read(Self.folder.appending(path: "\(name).npy").path)
    }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains(reason) == true)
  }

  @Test("one-dimensional Fortran order is C order")
  func fortranVector() throws {
    let tensor = try decode("{'descr': '|u1', 'fortran_order': True, 'shape': (3,)}", [1, 2, 3])
    #expect(tensor.array(of: UInt8.self) == [1, 2, 3])
  }

  @Test(
    "a damaged header is refused",
    arguments: [
      "", "{", "{}", "{'descr': '|u1'}", "{'descr': '|u1', 'fortran_order': False}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (3)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), 'more': 1}",
      "{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (3,)}",
      "{'descr': '|u1', 'fortran_order': 0, 'shape': (3,)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (-3,)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (3,)} x",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (9223372036854775808,)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (\(repeatElement("1, ", count: 33).joined()))}",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952,)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (4,)}",
    ])
  func damagedHeader(text: String) {
    let error = #expect(throws: NumpyFileError.self) { try decode(text, [1, 2, 3]) }
    #expect(error?.code == .malformed)
  }

  @Test("no part of a file passes for the whole, and no damage does harm", arguments: tensors)
  func damage(name: String, tensor: Tensor) throws {
    let whole = NumpyFile.encode(tensor)
    for count in whole.indices {
      let part = Array(whole[..<count])
      #expect(throws: NumpyFileError.self) {
        try NumpyFile.decode(unsafe part.span.bytes, name: name)
      }
    }
    for index in whole.indices {
      for bit in 0..<8 {
        var bytes = whole
        bytes[index] ^= 1 << UInt8(bit)
        _ = try? NumpyFile.decode(unsafe bytes.span.bytes, name: name)
      }
    }
  }

  @Test("a file that is not there is named")
  func missing() {
    let error = #expect(throws: NumpyFileError.self) { try NumpyFile.read("/nowhere/grid.npy") }
    #expect(error?.code == .unreadable)
    #expect(error?.message.hasPrefix("/nowhere/grid.npy: ") == true)
  }

  private func decode(_ header: String, _ data: [UInt8]) throws(NumpyFileError) -> Tensor {
    let text = Array(header.utf8)
    let lead: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    let length = [UInt8(text.count & 0xFF), UInt8(text.count >> 8)]
    let bytes = lead + length + text + data
    return try NumpyFile.decode(unsafe bytes.span.bytes, name: "grid.npy")
  }
}
