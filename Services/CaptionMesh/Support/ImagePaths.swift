import Dispatch
import FoundationEssentials

/// The images that PATH arguments mean: files as they are, folders with all images below them, in
/// the order of their names, and `-` for a list on standard input, one path a line.
struct ImagePaths: AsyncSequence, Sendable {
  static let extensions: Set<String> = ["jpg", "jpeg", "jpe", "png"]

  /// Whether a file's name is that of an image.
  static func isImage(_ name: String) -> Bool {
    name.split(separator: ".").last.map { extensions.contains($0.lowercased()) } ?? false
  }

  let arguments: [String]

  func makeAsyncIterator() -> Iterator { Iterator(pending: arguments[...]) }

  struct Iterator: AsyncIteratorProtocol {
    var pending: ArraySlice<String>
    private var listed: ArraySlice<String> = []
    private var readsStandardInput = false

    init(pending: ArraySlice<String>) { self.pending = pending }

    mutating func next() async -> String? {
      while true {
        if let path = listed.popFirst() { return path }
        if readsStandardInput {
          if let line = await Self.standardInputLine() {
            if !line.isEmpty { return line }
            continue
          }
          readsStandardInput = false
        }
        guard let argument = pending.popFirst() else { return nil }
        if argument == "-" {
          readsStandardInput = true
        } else if let images = Self.images(below: argument) {
          listed = images[...]
        } else {
          return argument
        }
      }
    }

    /// The images below a folder; nil when the path is none.
    private static func images(below path: String) -> [String]? {
      var isFolder = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder else {
        return nil
      }
      let below = (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []
      return below.filter(isImage).sorted().map {
        path.hasSuffix("/") ? path + $0 : "\(path)/\($0)"
      }
    }

    /// Reads a line without holding up the threads that carry the conversation with the mesh.
    private static func standardInputLine() async -> String? {
      await withCheckedContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(returning: readLine()) }
      }
    }
  }
}
