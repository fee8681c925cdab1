import HTTPTypes
import MeshAPI
import Testing

@testable import Gateway

@Suite("Open Inference Protocol requests are read")
struct InferenceRequestTests {
  private func request(
    _ json: String, _ binary: [UInt8] = [], header: Int? = nil
  ) throws(Problem) -> InferenceRequest {
    try InferenceRequest([UInt8](json.utf8) + binary, headerLength: header, limit: 4)
  }

  private func element(_ bytes: [UInt8]) -> [UInt8] { [UInt8(bytes.count), 0, 0, 0] + bytes }

  @Test("binary tensors are parts of the body")
  func binary() throws {
    let json = """
      {"id": "7", "inputs": [{"name": "IMAGE", "shape": [2], "datatype": "BYTES",
      "parameters": {"binary_data_size": 11}}], "outputs": [{"name": "SCORE",
      "parameters": {"binary_data": true}}], "parameters": {"timeout": 2500000, "priority": 1,
      "beam": 5, "other": {"x": [1]}}}
      """
    let tail = element([1, 2, 3]) + element([])
    let wanted = try request(json, tail, header: json.utf8.count)
    let start = json.utf8.count
    #expect(wanted.photographs == [.part(start + 4..<start + 7), .part(start + 11..<start + 11)])
    #expect(wanted.id == "7")
    #expect(wanted.timeout == .milliseconds(2_500))
    #expect(wanted.priority == 1)
    #expect(wanted.options.beam == 5)
    #expect(wanted.outputs.map(\.output) == [.score])
    #expect(wanted.outputs.map(\.isBinary) == [true])
  }

  @Test("JSON tensors are base64, flat or nested")
  func json() throws {
    for data in [#"["AQID", ""]"#, #"[["AQID"], [""]]"#] {
      let wanted = try request(
        #"{"inputs": [{"name": "IMAGE", "shape": [2, 1], "datatype": "BYTES", "data": \#(data)}]}"#)
      #expect(wanted.photographs == [.bytes([1, 2, 3]), .bytes([])])
      #expect(wanted.outputs.map(\.output) == [.caption, .score])
      #expect(wanted.priority == CaptionParameters.defaultPriority)
      #expect(wanted.timeout == nil)
    }
  }

  @Test(
    "what cannot be is refused",
    arguments: [
      "", "[]", "{}", #"{"inputs": []}"#,
      #"{"inputs": [{"name": "X", "shape": [1], "datatype": "BYTES", "data": [""]}]}"#,
      #"{"inputs": [{"name": "IMAGE", "shape": [1], "datatype": "FP32", "data": [1]}]}"#,
      #"{"inputs": [{"name": "IMAGE", "shape": [0], "datatype": "BYTES", "data": []}]}"#,
      #"{"inputs": [{"name": "IMAGE", "shape": [5], "datatype": "BYTES", "data": []}]}"#,
      #"{"inputs": [{"name": "IMAGE", "shape": [-1], "datatype": "BYTES", "data": [""]}]}"#,
      #"{"inputs": [{"name": "IMAGE", "shape": [1], "datatype": "BYTES"}]}"#,
      #"{"inputs": [{"name": "IMAGE", "shape": [1], "datatype": "BYTES", "data": ["?"]}]}"#,
      #"{"inputs": [{"name": "IMAGE", "shape": [1], "datatype": "BYTES", "data": [[[[[""]]]]]}]}"#,
      #"{"inputs": [{"name": "IMAGE", "shape": [1], "datatype": "BYTES", "data": [""]}], "outputs": [{"name": "X"}]}"#,
      #"{"inputs": [{"name": "IMAGE", "shape": [1], "datatype": "BYTES", "data": [""]}], "parameters": {"timeout": -1}}"#,
      #"{"inputs": [{"name": "IMAGE", "shape": [1], "datatype": "BYTES", "data": [""]}], "parameters": {"beam": 33}}"#,
    ])
  func refused(_ json: String) {
    let found = problem { () throws(Problem) in _ = try request(json) }
    #expect(found?.status.code == 400)
  }

  @Test("lengths that do not agree are refused")
  func lengths() {
    let json =
      #"{"inputs": [{"name": "IMAGE", "shape": [1], "datatype": "BYTES", "parameters": {"binary_data_size": 5}}]}"#
    let size = json.utf8.count
    let cases: [([UInt8], Int)] = [
      (element([1]), size + 6), (element([1]), -1), (element([1]) + [0], size),
      ([2, 0, 0, 0, 1], size),
      ([255, 255, 255, 255, 1], size), ([1, 0, 0], size), ([], size), (element([1]), size - 1),
    ]
    for (tail, header) in cases {
      let found = problem { () throws(Problem) in _ = try request(json, tail, header: header) }
      #expect(found?.status.code == 400)
    }
  }

  @Test("any binary tensor is elements or a problem")
  func garbage() {
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0...40)).map { _ in UInt8.random(in: 0...255) & 0x83 }
      guard let parts = try? InferenceRequest.binary(bytes, from: 0, count: 2) else { continue }
      #expect(parts.count == 2)
      #expect(parts.allSatisfy { $0.upperBound <= bytes.count })
    }
  }
}
