import Glibc

/// What Linux tells of a folder and those in it (inotify(7)).
final class FolderEvents {
  enum Event: Equatable {
    /// A file was closed by who wrote it, or moved here.
    case arrived(String)
    /// A folder was made, or moved here.
    case folder(String)
    /// A file or folder was removed, or moved away.
    case left(String)
    /// So much happened that some of it is not told.
    case overflow
    /// A watched folder itself is gone.
    case ended(String)
  }

  let descriptor: Int32
  private var folders: [Int32: String] = [:]

  /// - Throws: ``WatchError``.
  init() throws(WatchError) {
    descriptor = inotify_init1(Int32(O_NONBLOCK | O_CLOEXEC))
    guard descriptor >= 0 else {
      throw WatchError(
        "Linux gives out no more watches (\(WatchError.systemReason)); see "
          + "/proc/sys/fs/inotify/max_user_instances")
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Watches a folder from now on.
  ///
  /// - Throws: ``WatchError``, naming the folder.
  func watch(_ folder: String) throws(WatchError) {
    let mask =
      UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_TO) | UInt32(IN_MOVED_FROM) | UInt32(IN_CREATE)
      | UInt32(IN_DELETE) | UInt32(IN_DELETE_SELF) | UInt32(IN_MOVE_SELF) | UInt32(IN_ONLYDIR)
    let watch = unsafe inotify_add_watch(descriptor, folder, mask)
    guard watch >= 0 else {
      let limit =
        errno == ENOSPC ? "; raise /proc/sys/fs/inotify/max_user_watches" : ""
      throw WatchError("\(folder): cannot be watched: \(WatchError.systemReason)\(limit)")
    }
    folders[watch] = folder
  }

  /// What has happened since the last time; does not wait.
  func read() -> [Event] {
    var events: [Event] = []
    let room = 64 << 10
    let header = MemoryLayout<inotify_event>.size
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: room, alignment: MemoryLayout<inotify_event>.alignment)
    defer { unsafe buffer.deallocate() }
    while true {
      let count = unsafe Glibc.read(descriptor, buffer.baseAddress, room)
      guard count > 0 else { return events }
      var offset = 0
      while offset + header <= count {
        let event = unsafe buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
        let length = Int(event.len)
        let name = unsafe buffer[offset + header..<min(offset + header + length, count)]
        // Padded with zeros.
        let text = unsafe String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
        if let event = self.event(event.wd, event.mask, text) { events.append(event) }
        offset += header + length
      }
    }
  }

  private func event(_ watch: Int32, _ mask: UInt32, _ name: String) -> Event? {
    func has(_ bit: some BinaryInteger) -> Bool { mask & UInt32(truncatingIfNeeded: bit) != 0 }
    if has(IN_Q_OVERFLOW) { return .overflow }
    guard let folder = folders[watch] else { return nil }
    if has(IN_DELETE_SELF) || has(IN_MOVE_SELF) || has(IN_UNMOUNT) { return .ended(folder) }
    if has(IN_IGNORED) {
      folders[watch] = nil
      return nil
    }
    let path = "\(folder)/\(name)"
    if has(IN_DELETE) || has(IN_MOVED_FROM) { return .left(path) }
    if has(IN_ISDIR) { return .folder(path) }
    return has(IN_CLOSE_WRITE) || has(IN_MOVED_TO) ? .arrived(path) : nil
  }
}

/// A folder cannot be watched. The message names it and what helps.
struct WatchError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }

  static var systemReason: String { unsafe String(cString: strerror(errno)) }
}
