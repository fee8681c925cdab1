import FoundationEssentials
import GRPCCore
import Imaging
import MeshAPI
import Tensor

/// Reads files that hold a photograph.
enum ImageFile {
  /// No photograph is larger; the mesh takes messages of this size.
  static let maximumByteCount = 48 << 20

  /// A file's photograph as an encoder takes it.
  ///
  /// - Throws: ``ItemError`` or `ImagingError`, naming the file.
  static func tensor(
    _ path: String, _ preprocessing: Preprocessing, _ decoder: ImageDecoder
  ) throws -> Tensor {
    let bytes = try read(path)
    return try unsafe preprocessing.tensor(from: bytes.span.bytes, name: path, decoder: decoder)
  }

  /// A file's photograph.
  ///
  /// - Throws: ``ItemError`` or `ImagingError`, naming the file.
  static func image(_ path: String, _ decoder: ImageDecoder) throws -> Image {
    let bytes = try read(path)
    return try unsafe decoder.decode(bytes.span.bytes, name: path)
  }

  /// A file's bytes.
  ///
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
