import Datasets
import Foundation
import Testing

@Suite("Karpathy JSON")
struct KarpathyDatasetTests {
  private func parse(_ json: String) throws -> KarpathyDataset {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).json")
    try Data(json.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try KarpathyDataset(path: file.path)
  }

  @Test("COCO's folders and numbers are used, and restval trains")
  func coco() throws {
    let dataset = try parse(
      """
      {"dataset": "coco", "images": [
        {"filename": "a.jpg", "filepath": "val2014", "imgid": 0, "cocoid": 42, "split": "restval",
         "sentids": [0], "sentences": [{"tokens": ["a", "dog"], "raw": "A dog.", "imgid": 0, "sentid": 0}]},
        {"filename": "b.jpg", "imgid": 1, "split": "test", "sentids": [], "sentences": []}]}
      """)
    #expect(dataset.images(of: "train").map(\.path) == ["val2014/a.jpg"])
    #expect(dataset.images(of: "train").map(\.identifier) == [42])
    #expect(dataset.images(of: "test").map(\.identifier) == [1])
    #expect(dataset.splits == ["restval", "test"])
  }

  @Test(
    "what is wrong is named",
    arguments: [
      (#"{"dataset": "x"}"#, "images"), (#"{"dataset": "x", "images": [{}]}"#, "filename"),
      (#"{"dataset": 3, "images": []}"#, ".dataset"), ("[1, 2", "JSON"), ("", "JSON"),
    ])
  func malformed(json: String, word: String) {
    #expect { try parse(json) } throws: {
      guard let error = $0 as? DatasetError else { return false }
      return error.code == .malformed && error.message.contains(word)
    }
  }
}
