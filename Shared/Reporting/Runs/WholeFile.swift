internal import FoundationEssentials

/// Reading and writing whole files with errors that name them.
public enum WholeFile {
  /// No file of a run folder that is read here is larger.
  static let maximumByteCount = 256 << 20

  /// A file's bytes; nil when there is none.
  ///
  /// - Throws: ``ReportError`` with code `unreadable` or `malformed`.
  static func read(_ path: String) throws(ReportError) -> Data? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    do {
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      guard attributes[.type] as? FileAttributeType == .typeRegular else {
        throw ReportError(.unreadable, "\(path): is not a file")
      }
      if let size = attributes[.size] as? Int, size > maximumByteCount {
        throw ReportError(
          .malformed, "\(path): has \(size) bytes; at most \(maximumByteCount) are read")
      }
      return try Data(contentsOf: URL(filePath: path))
    } catch let error as ReportError {
      throw error
    } catch {
      throw ReportError(.unreadable, "\(path): cannot be read; is there permission?")
    }
  }

  /// Writes beside the place and renames, so that nobody finds a part of it.
  ///
  /// - Throws: ``ReportError`` with code `unwritable`.
  public static func write(_ bytes: [UInt8], to path: String) throws(ReportError) {
    do {
      try Data(bytes).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw ReportError(
        .unwritable,
        "\(path): cannot be written; are its folder, room and permission there?")
    }
  }

  public static func makeFolder(_ path: String) throws(ReportError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw ReportError(.unwritable, "\(path): cannot be made; are room and permission there?")
    }
  }
}
