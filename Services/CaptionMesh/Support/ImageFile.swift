import FoundationEssentials
import GRPCCore
import MeshAPI

/// Reads a file to send to the mesh.
enum ImageFile {
  /// No photograph is larger; the mesh takes messages of this size.
  static let maximumByteCount = 48 << 20

  /// - Throws: ``ItemError`` with INVALID_ARGUMENT, naming the file.
  static func read(_ path: String) throws(ItemError) -> [UInt8] {
    do {
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      guard attributes[.type] as? FileAttributeType == .typeRegular else {
        throw ItemError(.invalidArgument, "\(path): is not a file")
      }
      if let size = attributes[.size] as? Int, size > maximumByteCount {
        throw ItemError(
          .invalidArgument, "\(path): has \(size) bytes; at most \(maximumByteCount) are taken")
      }
      return [UInt8](try Data(contentsOf: URL(filePath: path)))
    } catch let error as ItemError {
      throw error
    } catch {
      throw ItemError(.invalidArgument, "\(path): cannot be read")
    }
  }
}
