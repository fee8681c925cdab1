import FoundationEssentials
import Synchronization
import Testing

@testable import CaptionMesh

@Suite("Watching a folder", .timeLimit(.minutes(1))) struct FolderWatchTests {
  /// What a watch has handed on.
  private final class Taken: Sendable {
    private let names = Mutex<[String]>([])
    private let changed: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation

    init() { (changed, change) = AsyncStream.makeStream() }

    func add(_ path: String) {
      names.withLock { $0.append(path) }
      change.yield()
    }

    var sorted: [String] { names.withLock { $0.sorted() } }

    /// Waits until so many have come.
    func wait(for count: Int) async {
      for await _ in changed where names.withLock({ $0.count >= count }) { return }
    }
  }

  private func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = "/tmp/captionmesh-watch-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: folder + "/below/deeper", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder)
  }

  private func write(_ path: String) throws {
    try Data("photograph".utf8).write(to: URL(filePath: path))
  }

  /// Makes a file look as if it had lain there for long.
  private func age(_ path: String) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1_000_000)], ofItemAtPath: path)
  }

  @Test("what is there is found: photographs, by their endings, wanted, and not hidden")
  func once() async throws {
    try await withFolder { folder in
      for name in ["b.JPG", "a.png", "notes.txt", ".hidden.jpg", "known.jpg", "below/c.jpeg"] {
        try write("\(folder)/\(name)")
        try age("\(folder)/\(name)")
      }
      for (isRecursive, names) in [
        (false, ["a.png", "b.JPG"]), (true, ["a.png", "b.JPG", "below/c.jpeg"]),
      ] {
        let taken = Taken()
        var watch = try FolderWatch(folder + "/", isRecursive: isRecursive) {
          !$0.hasSuffix("known.jpg")
        }
        try await watch.once { taken.add($0) }
        #expect(taken.sorted == names.map { "\(folder)/\($0)" })
      }
    }
  }

  @Test("what comes is taken, in folders that come as well, until the watching is cancelled")
  func always() async throws {
    try await withFolder { folder in
      let taken = Taken()
      let watching = Task {
        var watch = try FolderWatch(folder, isRecursive: true) { _ in true }
        taken.add("watching")
        try await watch.always { taken.add($0) }
      }
      await taken.wait(for: 1)
      try write("\(folder)/a.jpg")
      try write("\(folder)/below/deeper/b.jpg")
      try FileManager.default.createDirectory(
        atPath: folder + "/new", withIntermediateDirectories: true)
      try write("\(folder)/new/c.jpg")
      try write("\(folder)/.d.jpg.part")
      try FileManager.default.moveItem(atPath: folder + "/.d.jpg.part", toPath: folder + "/d.jpg")
      await taken.wait(for: 5)
      watching.cancel()
      try await watching.value
      #expect(
        taken.sorted.dropLast()
          == ["a.jpg", "below/deeper/b.jpg", "d.jpg", "new/c.jpg"].map { "\(folder)/\($0)" })
    }
  }

  @Test("a folder that goes away ends the watching with its name")
  func gone() async throws {
    try await withFolder { folder in
      let taken = Taken()
      let watching = Task {
        var watch = try FolderWatch(folder + "/below", isRecursive: false) { _ in true }
        taken.add("watching")
        try await watch.always { taken.add($0) }
      }
      await taken.wait(for: 1)
      try FileManager.default.removeItem(atPath: folder + "/below")
      let error = await #expect(throws: WatchError.self) { try await watching.value }
      #expect(error?.description.contains("\(folder)/below") == true)
    }
  }

  @Test("what is no folder is refused")
  func noFolder() {
    #expect(throws: WatchError.self) { try FolderWatch.check("/nowhere") }
    #expect(throws: WatchError.self) { try FolderWatch.check("/etc/passwd") }
  }
}
