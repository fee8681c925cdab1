import Foundation
import Tensor
import Testing

@testable import WeightFiles

@Suite struct SafetensorsTests {
  @Test func aFileOfTheFormatsOwnLibraryIsRead() throws {
    let file = try WeightFile.open(Fixture.path("reference.safetensors"))
    #expect(file.format == .safetensors)
    #expect(file.metadata == ["format": "pt", "said": "\"quoted\" \\ \nä😀"])
    #expect(file.tensors["a"]?.array(of: Int64.self) == [1, 2])
    #expect(file.tensors["b"]?.shape == [2, 3])
    #expect(file.tensors["b"]?.array(of: Float.self) == [0, 1, 2, 3, 4, 5])
    #expect(file.tensors["h"]?.array(of: Float.self) == [1.5, -2])
    #expect(file.tensors["empty"]?.shape == [0, 2])
  }

  @Test func whatIsWrittenIsReadBack() throws {
    let tensors: [String: Tensor] = [
      "weight": Tensor([2, 2], [1, 2, 3, 4] as [Float]), "half": Tensor([1], [0.5] as [Float16]),
      "count \"n\"\n": Tensor([], [Int64(-3)]), "bytes": Tensor([3], [1, 2, 3] as [UInt8]),
      "empty": Tensor([0, 7], [] as [Double]), "i8": Tensor([1], [Int8(-1)]),
      "i32": Tensor([1], [Int32(-1)]),
    ]
    let metadata = ["architecture": "resnet18", "credit": "\u{1}\\ \"ä😀\"\t"]
    try Fixture.withFolder { folder in
      let path = folder.appending(path: "a.safetensors").path()
      try WeightFile.write(tensors, metadata: metadata, to: path)
      let file = try WeightFile.open(path)
      #expect(file.metadata == metadata)
      #expect(file.tensors.keys.sorted() == tensors.keys.sorted())
      for (name, tensor) in tensors {
        let found = try #require(file.tensors[name])
        #expect(found.shape == tensor.shape && found.elementType == tensor.elementType)
        #expect(found.byteArray == tensor.byteArray)
      }
      // The same again gives the same bytes, over what is there.
      let before = try Data(contentsOf: URL(filePath: path))
      try WeightFile.write(tensors, metadata: metadata, to: path)
      #expect(try Data(contentsOf: URL(filePath: path)) == before)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()).count == 1)
    }
  }

  @Test func aFailedWriteLeavesNothingBehind() {
    let error = #expect(throws: WeightFileError.self) {
      try WeightFile.write([:], to: "/nonexistent/a.safetensors")
    }
    #expect(error?.code == .unwritable)
  }

  @Test(arguments: [
    // What JSON or the format does not allow.
    "{", "{}x", "[]", #"{"a":1}"#, #"{"a":{}}"#, #"{"a":{"dtype":"F32"}}"#, #"{"__metadata__":1}"#,
    #"{"__metadata__":{"a":1}}"#, #"{"__metadata__":{"a":"1","a":"2"}}"#,
    #"{"__metadata__":{},"__metadata__":{}}"#, #"{"\ud800":{}}"#, #"{"\q":{}}"#, "{\"a\n\":{}}",
    // One tensor of four bytes: what can be wrong with it.
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}}"#,
    #"{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#,
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#,
    #"{"a":{"dtype":"F32","shape":[9223372036854775807,9],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
    // Overlap.
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
  ])
  func aBrokenHeaderIsAnError(header: String) {
    let bytes = Self.file(header, data: [0, 0, 0, 0])
    #expect(throws: WeightFileError.self) {
      try WeightFile(path: "test", file: AlignedBuffer(bytes))
    }
  }

  @Test func spacesAndEmptyFilesAreAllowed() throws {
    let spaced = Self.file(
      "{ \"a\" : {\"shape\":[ 1 ],\n\"data_offsets\":[0 , 4],\"dtype\":\"F32\"} }  ",
      data: [0, 0, 128, 63])
    let file = try WeightFile(path: "test", file: AlignedBuffer(spaced))
    #expect(file.tensors["a"]?.array(of: Float.self) == [1])
    #expect(try WeightFile(path: "test", file: AlignedBuffer(Self.file("{}"))).tensors.isEmpty)
  }

  @Test func aHeaderLongerThanTheFileIsAnError() {
    for length in [UInt64(100), 200_000_000, .max, UInt64(Int.max)] {
      let bytes = Self.littleEndian(length) + Array("{}".utf8)
      #expect(throws: WeightFileError.self) {
        try WeightFile(path: "test", file: AlignedBuffer(bytes))
      }
    }
  }

  private static func file(_ header: String, data: [UInt8] = []) -> [UInt8] {
    littleEndian(UInt64(header.utf8.count)) + Array(header.utf8) + data
  }

  private static func littleEndian(_ value: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
