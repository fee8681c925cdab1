import CHDF5

/// The element types that this package keeps in HDF5.
enum HDF5Element {
  case uint8, float16

  var byteCount: Int {
    switch self {
    case .uint8: 1
    case .float16: 2
    }
  }

  /// A type handle that the caller closes, while it holds the library's lock.
  func makeType() -> hid_t {
    switch self {
    case .uint8: H5Tcopy(chdf5_native_uint8())
    case .float16: chdf5_float16()
    }
  }
}

/// One dataset of an open file, read and written by ranges along its first axis.
final class HDF5Dataset: Sendable {
  let extents: [Int]
  private let file: HDF5File
  private let name: String
  private let id: hid_t
  private let element: HDF5Element

  init(
    _ file: HDF5File, _ name: String, _ id: hid_t, _ element: HDF5Element, extents: [Int]
  ) {
    self.file = file
    self.name = name
    self.id = id
    self.element = element
    self.extents = extents
  }

  deinit {
    HDF5File.exclusively { _ = H5Dclose(id) }
  }

  /// Bytes of one slice along the first axis.
  var sliceByteCount: Int { extents.dropFirst().reduce(element.byteCount, *) }

  /// Reads the slices of `range`, of which the buffer holds exactly as many bytes.
  func read(_ range: Range<Int>, into bytes: UnsafeMutableRawBufferPointer) throws(DatasetError) {
    try transfer(range, byteCount: bytes.count, "cannot be read; is the file cut short?") {
      unsafe H5Dread(id, $0, $1, $2, chdf5_default(), bytes.baseAddress)
    }
  }

  /// Writes the slices of `range`.
  func write(_ range: Range<Int>, from bytes: UnsafeRawBufferPointer) throws(DatasetError) {
    try transfer(range, byteCount: bytes.count, "cannot be written; is the disk full?") {
      unsafe H5Dwrite(id, $0, $1, $2, chdf5_default(), bytes.baseAddress)
    }
  }

  private func transfer(
    _ range: Range<Int>, byteCount: Int, _ failure: String,
    _ call: (_ type: hid_t, _ memory: hid_t, _ space: hid_t) -> herr_t
  ) throws(DatasetError) {
    precondition(byteCount == range.count * sliceByteCount, "\(byteCount) bytes for \(range)")
    guard let count = extents.first, range.lowerBound >= 0, range.upperBound <= count else {
      throw DatasetError(.missing, "\(file.path): \(name) has no rows \(range)")
    }
    if range.isEmpty { return }
    try HDF5File.exclusively { () throws(DatasetError) in
      let rest = extents.dropFirst().map { hsize_t($0) }
      let sizes = [hsize_t(range.count)] + rest
      let starts = [hsize_t(range.lowerBound)] + rest.map { _ in 0 }
      let type = element.makeType()
      let memory = unsafe H5Screate_simple(Int32(sizes.count), sizes, nil)
      let space = H5Dget_space(id)
      defer {
        H5Tclose(type)
        H5Sclose(memory)
        H5Sclose(space)
      }
      unsafe H5Sselect_hyperslab(space, H5S_SELECT_SET, starts, nil, sizes, nil)
      try HDF5File.check(call(type, memory, space), file.path, "\(name) \(failure)")
    }
  }
}
