import CHDF5
import Synchronization

/// One HDF5 file. Debian's library is not made for threads that share a file, so all calls go
/// through one lock.
final class HDF5File: Sendable {
  enum Mode { case read, update, create }

  let path: String
  let id: hid_t

  /// The library's one lock.
  private static let library = Mutex(())

  /// Runs `body` while nobody else is in the library.
  static func exclusively<R: Sendable, E: Error>(
    _ body: () throws(E) -> sending R
  ) throws(E) -> sending R {
    try library.withLock { _ throws(E) in
      // The setting is the thread's own.
      chdf5_silence()
      return try body()
    }
  }

  /// - Throws: ``DatasetError``.
  init(_ path: String, _ mode: Mode) throws(DatasetError) {
    self.path = path
    if mode != .create { try HDF5Structure.check(path) }
    id = try HDF5File.exclusively { () throws(DatasetError) in
      chdf5_forbid_plugins()
      let id =
        switch mode {
        case .read: unsafe H5Fopen(path, chdf5_read_only(), chdf5_default())
        case .update: unsafe H5Fopen(path, chdf5_read_write(), chdf5_default())
        case .create: unsafe H5Fcreate(path, chdf5_truncate(), chdf5_default(), chdf5_default())
        }
      return try HDF5File.check(
        id, path, "cannot be opened as HDF5", mode == .create ? .unwritable : .unreadable)
    }
  }

  deinit {
    HDF5File.exclusively { _ = H5Fclose(id) }
  }

  /// Passes a result that is not negative and turns any other into an error.
  @discardableResult
  static func check<Result: SignedInteger>(
    _ result: Result, _ path: String, _ what: String,
    _ code: DatasetError.Code = .malformed
  ) throws(DatasetError) -> Result {
    if result >= 0 { return result }
    let said = unsafe chdf5_error().map { unsafe String(cString: $0) }
    throw DatasetError(code, "\(path): \(what)\(said.map { ": " + reason($0) } ?? "")")
  }

  /// What the library says in a line: of its long reports the system's own message.
  private static func reason(_ said: String) -> String {
    guard let match = said.firstMatch(of: /error message = '([^']*)'/) else {
      return said.split(separator: "\n").joined(separator: " ")
    }
    return String(match.1)
  }

  // MARK: Datasets

  /// Makes a dataset; `chunk` nil lays it out contiguously, else all chunks get their place now.
  func createDataset(
    _ name: String, _ element: HDF5Element, extents: [Int], chunk: [Int]? = nil
  ) throws(DatasetError) -> HDF5Dataset {
    let dataset = try HDF5File.exclusively { () throws(DatasetError) in
      let type = element.makeType()
      let dimensions = extents.map { hsize_t($0) }
      let space = unsafe H5Screate_simple(Int32(dimensions.count), dimensions, nil)
      let creation = chdf5_dataset_creation()
      defer {
        H5Tclose(type)
        H5Sclose(space)
        H5Pclose(creation)
      }
      if let chunk {
        unsafe H5Pset_chunk(creation, Int32(chunk.count), chunk.map { hsize_t($0) })
        chdf5_allocate_early(creation)
      }
      return try HDF5File.check(
        unsafe chdf5_create_dataset(id, name, type, space, creation), path, "cannot make \(name)",
        .unwritable)
    }
    return HDF5Dataset(self, name, dataset, element, extents: extents)
  }

  /// Opens a dataset and checks its element type.
  func dataset(_ name: String, _ element: HDF5Element) throws(DatasetError) -> HDF5Dataset {
    let (dataset, extents) = try HDF5File.exclusively { () throws(DatasetError) in
      let dataset = try HDF5File.check(
        unsafe chdf5_open_dataset(id, name), path, "has no dataset \(name)", .missing)
      do throws(DatasetError) {
        return (dataset, try extentsLocked(dataset, name, element))
      } catch {
        H5Dclose(dataset)
        throw error
      }
    }
    return HDF5Dataset(self, name, dataset, element, extents: extents)
  }

  private func extentsLocked(
    _ dataset: hid_t, _ name: String, _ element: HDF5Element
  ) throws(DatasetError) -> [Int] {
    let type = H5Dget_type(dataset)
    let expected = element.makeType()
    let space = H5Dget_space(dataset)
    defer {
      H5Tclose(type)
      H5Tclose(expected)
      H5Sclose(space)
    }
    guard H5Tequal(type, expected) > 0 else {
      throw DatasetError(.malformed, "\(path): dataset \(name) does not hold \(element)")
    }
    let rank = try HDF5File.check(H5Sget_simple_extent_ndims(space), path, "\(name) has no extents")
    var dimensions = [hsize_t](repeating: 0, count: max(Int(rank), 1))
    unsafe H5Sget_simple_extent_dims(space, &dimensions, nil)
    var extents: [Int] = []
    for dimension in dimensions.prefix(Int(rank)) {
      guard let extent = Int(exactly: dimension) else {
        throw DatasetError(.malformed, "\(path): \(name) claims \(dimension) rows")
      }
      extents.append(extent)
    }
    return extents
  }

  /// Hands everything written so far to the operating system.
  func flush() throws(DatasetError) {
    try HDF5File.exclusively { () throws(DatasetError) in
      _ = try HDF5File.check(H5Fflush(id, H5F_SCOPE_GLOBAL), path, "cannot be written", .unwritable)
    }
  }
}
