import Dispatch
import FoundationEssentials
import Glibc

/// Finds the photographs in a folder, those that are there and those that come.
struct FolderWatch {
  private let root: String
  private let isRecursive: Bool
  /// Whether a photograph is to be taken; asked when it is complete.
  private let isWanted: (String) -> Bool
  private let events: FolderEvents
  private var arrivals = Arrivals()

  /// - Throws: ``WatchError`` where there is no such folder.
  static func check(_ folder: String) throws(WatchError) {
    var isFolder = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder else {
      throw WatchError("\(folder): is not a folder")
    }
  }

  /// Begins to watch.
  ///
  /// - Throws: ``WatchError`` where the folder is none or cannot be watched.
  init(
    _ folder: String, isRecursive: Bool, isWanted: @escaping (String) -> Bool
  ) throws(WatchError) {
    try Self.check(folder)
    root = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    self.isRecursive = isRecursive
    self.isWanted = isWanted
    events = try FolderEvents()
    try look(through: root)
  }

  /// Hands on what is there once it is complete, and returns.
  mutating func once(_ take: (String) -> Void) async throws {
    while !arrivals.isEmpty {
      takeComplete(take)
      try await Task.sleep(for: .milliseconds(50))
      try listen()
    }
  }

  /// Hands on what is there and what comes, until the task is cancelled.
  ///
  /// - Throws: ``WatchError`` when the folder is gone.
  mutating func always(_ take: (String) -> Void) async throws {
    let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let source = DispatchSource.makeReadSource(
      fileDescriptor: events.descriptor, queue: DispatchQueue(label: "folder"))
    source.setEventHandler { wake.yield() }
    source.activate()
    defer { source.cancel() }
    wake.yield()
    var timer: Task<Void, any Error>?
    defer { timer?.cancel() }
    for await _ in wakes {
      try listen()
      takeComplete(take)
      timer?.cancel()
      if let due = arrivals.nextDue {
        timer = Task {
          try await Task.sleep(until: due, clock: .continuous)
          wake.yield()
        }
      }
    }
  }

  private mutating func takeComplete(_ take: (String) -> Void) {
    for path in arrivals.take(now: .now, stamp: { Self.stamp($0)?.stamp }) where isWanted(path) {
      take(path)
    }
  }

  private mutating func listen() throws(WatchError) {
    for event in events.read() {
      switch event {
      case .arrived(let path): notice(path, .closed)
      case .folder(let path):
        if isRecursive && !Self.isHidden(path) { try? look(through: path) }
      case .left(let path): arrivals.forget(path)
      case .overflow: try look(through: root)
      case .ended(let folder):
        if folder == root { throw WatchError("\(root): the folder is gone") }
      }
    }
  }

  /// Watches a folder and notices what is in it, in this order, so that nothing comes unnoticed.
  private mutating func look(through folder: String) throws(WatchError) {
    try events.watch(folder)
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw WatchError("\(folder): cannot be read; is there permission?")
    }
    for name in names.sorted() where !name.hasPrefix(".") {
      let path = "\(folder)/\(name)"
      if Self.isFolder(path) {
        // One that vanishes meanwhile, or is closed to this user, keeps nothing else from going on.
        if isRecursive { try? look(through: path) }
      } else {
        notice(path, .found)
      }
    }
  }

  private mutating func notice(_ path: String, _ evidence: Arrivals.Evidence) {
    guard ImagePaths.isImage(path), !Self.isHidden(path), let found = Self.stamp(path),
      evidence == .closed || isWanted(path)
    else { return }
    arrivals.notice(path, evidence, found.stamp, isOld: found.age > 10, now: .now)
  }

  /// Hidden files are what programs write before they give a file its name.
  private static func isHidden(_ path: String) -> Bool {
    path.split(separator: "/").last?.hasPrefix(".") ?? true
  }

  /// Whether it is a folder, and not a link to one, which might lead back.
  private static func isFolder(_ path: String) -> Bool {
    var information = stat()
    return unsafe lstat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
  }

  /// What a file is like, and how many seconds ago it changed; nil for what is no file.
  private static func stamp(_ path: String) -> (stamp: Arrivals.Stamp, age: Int)? {
    var information = stat()
    guard unsafe fstatat(AT_FDCWD, path, &information, 0) == 0,
      information.st_mode & S_IFMT == S_IFREG
    else { return nil }
    let changed = information.st_mtim
    let stamp = Arrivals.Stamp(
      size: Int(information.st_size), seconds: changed.tv_sec, nanoseconds: changed.tv_nsec)
    return (stamp, time(nil) - changed.tv_sec)
  }
}
