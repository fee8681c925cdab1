import Compute
import Imaging
import Synchronization
import Tensor

/// Reads images as prepared data hold them, several at a time.
struct ImageLoader: Sendable {
  /// Rows and columns.
  static let size = 256
  static let shape: Shape = [3, size, size]
  /// No photograph is larger.
  private static let maximumByteCount = 256 << 20

  let folder: String
  let threads: Int

  /// The images of `paths`, uint8 [3, 256, 256], in their order; one that cannot be read fails
  /// alone.
  func images(_ paths: [String]) -> [Result<Tensor, DatasetError>] {
    let loaded = Mutex([Int: Result<Tensor, DatasetError>]())
    let next = Atomic(0)
    Parallel.forEach(min(threads, paths.count)) { _ in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < paths.count else { return }
        let outcome = Result { () throws(DatasetError) in try image("\(folder)/\(paths[index])") }
        loaded.withLock { $0[index] = outcome }
      }
    }
    return loaded.withLock { loaded in paths.indices.map { loaded[$0]! } }
  }

  private func image(_ path: String) throws(DatasetError) -> Tensor {
    let bytes = try Storage.bytes(of: path, limit: Self.maximumByteCount)
    do {
      let image = try unsafe ImageDecoder.preparing.decode(bytes.span.bytes, name: path)
      return image.resized(width: Self.size, height: Self.size).planes
    } catch {
      throw DatasetError(.malformed, error.message)
    }
  }
}
