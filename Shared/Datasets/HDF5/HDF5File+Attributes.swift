import CHDF5

extension HDF5File {
  /// Whether the root group has an attribute.
  func hasAttribute(_ name: String) -> Bool {
    HDF5File.exclusively { unsafe H5Aexists(id, name) > 0 }
  }

  /// Writes a text attribute of the root group.
  func setAttribute(_ name: String, _ text: String) throws(DatasetError) {
    try HDF5File.exclusively { () throws(DatasetError) in
      let type = H5Tcopy(chdf5_string())
      let space = H5Screate(H5S_SCALAR)
      defer {
        H5Tclose(type)
        H5Sclose(space)
      }
      let bytes = Array(text.utf8)
      H5Tset_size(type, max(bytes.count, 1))
      H5Tset_cset(type, H5T_CSET_UTF8)
      let attribute = try HDF5File.check(
        unsafe chdf5_create_attribute(id, name, type, space), path, "cannot write \(name)",
        .unwritable)
      defer { H5Aclose(attribute) }
      let status = unsafe (bytes.isEmpty ? [0] : bytes).withUnsafeBytes {
        unsafe H5Awrite(attribute, type, $0.baseAddress)
      }
      try HDF5File.check(status, path, "cannot write \(name)", .unwritable)
    }
  }

  /// Reads a text attribute of fixed length, of at most 64 KiB.
  func attribute(_ name: String) throws(DatasetError) -> String {
    try HDF5File.exclusively { () throws(DatasetError) in
      let attribute = try HDF5File.check(
        unsafe H5Aopen(id, name, chdf5_default()), path, "has no attribute \(name)", .missing)
      defer { H5Aclose(attribute) }
      let type = H5Aget_type(attribute)
      defer { H5Tclose(type) }
      let size = H5Tget_size(type)
      guard H5Tget_class(type) == H5T_STRING, H5Tis_variable_str(type) == 0, size > 0,
        size <= 65536
      else { throw DatasetError(.malformed, "\(path): attribute \(name) is no text") }
      var bytes = [UInt8](repeating: 0, count: size)
      let status = unsafe bytes.withUnsafeMutableBytes {
        unsafe H5Aread(attribute, type, $0.baseAddress)
      }
      try HDF5File.check(status, path, "attribute \(name) cannot be read")
      return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// Writes a whole number as a scalar attribute of the root group, int64 little-endian.
  func setAttribute(_ name: String, _ number: Int) throws(DatasetError) {
    try HDF5File.exclusively { () throws(DatasetError) in
      let space = H5Screate(H5S_SCALAR)
      defer { H5Sclose(space) }
      let attribute = try HDF5File.check(
        unsafe chdf5_create_attribute(id, name, chdf5_std_int64(), space), path,
        "cannot write \(name)", .unwritable)
      defer { H5Aclose(attribute) }
      let status = unsafe withUnsafePointer(to: Int64(number)) {
        unsafe H5Awrite(attribute, chdf5_native_int64(), $0)
      }
      try HDF5File.check(status, path, "cannot write \(name)", .unwritable)
    }
  }

  /// Changes a scalar attribute that ``setAttribute`` wrote as a number.
  func changeAttribute(_ name: String, to number: Int) throws(DatasetError) {
    try HDF5File.exclusively { () throws(DatasetError) in
      let attribute = try HDF5File.check(
        unsafe H5Aopen(id, name, chdf5_default()), path, "has no attribute \(name)", .missing)
      defer { H5Aclose(attribute) }
      let status = unsafe withUnsafePointer(to: Int64(number)) {
        unsafe H5Awrite(attribute, chdf5_native_int64(), $0)
      }
      try HDF5File.check(status, path, "cannot write \(name)", .unwritable)
    }
  }

  /// Reads a scalar attribute that is a whole number of any width.
  func integerAttribute(_ name: String) throws(DatasetError) -> Int {
    try HDF5File.exclusively { () throws(DatasetError) in
      let attribute = try HDF5File.check(
        unsafe H5Aopen(id, name, chdf5_default()), path, "has no attribute \(name)", .missing)
      defer { H5Aclose(attribute) }
      let type = H5Aget_type(attribute)
      let space = H5Aget_space(attribute)
      defer {
        H5Tclose(type)
        H5Sclose(space)
      }
      guard H5Tget_class(type) == H5T_INTEGER, H5Sget_simple_extent_npoints(space) == 1 else {
        throw DatasetError(.malformed, "\(path): attribute \(name) is no whole number")
      }
      var number: Int64 = 0
      let status = unsafe H5Aread(attribute, chdf5_native_int64(), &number)
      try HDF5File.check(status, path, "attribute \(name) cannot be read")
      return Int(number)
    }
  }
}
