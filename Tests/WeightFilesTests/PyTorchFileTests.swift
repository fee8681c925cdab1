import Tensor
import Testing

@testable import WeightFiles

@Suite struct PyTorchFileTests {
  @Test(arguments: [
    ("plain.zip.pth", WeightFile.Format.pyTorchZip),
    ("plain.legacy.pth", .pyTorchLegacy),
    ("protocol4.zip.pth", .pyTorchZip),
  ])
  func aStateDictIsRead(name: String, format: WeightFile.Format) throws {
    let file = try WeightFile.open(Fixture.path(name))
    #expect(file.format == format)
    #expect(
      Set(file.tensors.keys) == [
        "0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var",
        "1.num_batches_tracked",
      ])
    let weight = try #require(file.tensors["0.weight"])
    #expect(weight.shape == [3, 2, 1, 1])
    #expect(weight.array(of: Float.self) == [0, 1, 2, 3, 4, 5])
    #expect(file.tensors["1.running_var"]?.array(of: Float.self) == [50, 51, 52])
    #expect(file.tensors["1.num_batches_tracked"]?.array(of: Int64.self) == [60])
  }

  @Test(arguments: ["checkpoint.zip.pth", "checkpoint.legacy.pth"])
  func viewsBecomeContiguous(name: String) throws {
    let tensors = try WeightFile.open(Fixture.path(name)).tensors
    func floats(_ name: String) -> [Float]? { tensors["model.\(name)"]?.array(of: Float.self) }
    #expect(tensors["model.dense"]?.shape == [2, 3, 4])
    #expect(floats("dense") == (0..<24).map(Float.init))
    #expect(tensors["model.transposed"]?.shape == [6, 4])
    let columns: [Float] = (0..<24).map { (index: Int) in Float(index / 4 + index % 4 * 6) }
    #expect(floats("transposed") == columns)
    #expect(floats("sliced") == [6, 8, 10, 12, 14, 16, 18, 20, 22])
    #expect(tensors["model.scalar"]?.shape == [])
    #expect(floats("scalar") == [7.5])
    #expect(tensors["model.empty"]?.shape == [0, 3])
    #expect(floats("parameter") == [1, 2])
  }

  @Test(arguments: ["checkpoint.zip.pth", "checkpoint.legacy.pth"])
  func allElementTypesAreRead(name: String) throws {
    let tensors = try WeightFile.open(Fixture.path(name)).tensors
    func tensor(_ type: String) throws -> Tensor { try #require(tensors["types.\(type)"]) }
    let expected = [0, 1, 2, 3, 5, 100]
    #expect(try tensor("float16").array(of: Float16.self) == expected.map(Float16.init))
    // bfloat16 is widened.
    #expect(try tensor("bfloat16").array(of: Float.self) == expected.map(Float.init))
    #expect(try tensor("float32").array(of: Float.self) == expected.map(Float.init))
    #expect(try tensor("float64").array(of: Double.self) == expected.map(Double.init))
    #expect(try tensor("uint8").array(of: UInt8.self) == expected.map(UInt8.init))
    #expect(try tensor("int8").array(of: Int8.self) == expected.map(Int8.init))
    #expect(try tensor("int32").array(of: Int32.self) == expected.map(Int32.init))
    #expect(try tensor("int64").array(of: Int64.self) == expected.map(Int64.init))
    // Truth values are bytes.
    #expect(try tensor("bool").array(of: UInt8.self) == [0, 1, 1, 1, 1, 1])
  }

  @Test(arguments: ["harmful.zip.pth", "harmful.legacy.pth"])
  func aFunctionIsRefusedByItsName(name: String) throws {
    let error = try #require(throws: WeightFileError.self) {
      try WeightFile.open(Fixture.path(name))
    }
    #expect(error.code == .refused)
    #expect(error.message.contains("posix.system"))
  }

  @Test func whatIsNotAFileIsUnreadable() {
    let missing = #expect(throws: WeightFileError.self) {
      try WeightFile.open("/nonexistent/file.pth")
    }
    #expect(missing?.code == .unreadable)
    let folder = #expect(throws: WeightFileError.self) { try WeightFile.open("/") }
    #expect(folder?.code == .unreadable)
  }
}
