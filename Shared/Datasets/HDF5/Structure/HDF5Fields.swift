/// The fields of a structure in an HDF5 file, one after the other; little-endian.
struct HDF5Fields {
  private var bytes: ArraySlice<UInt8>
  let file: HDF5Bytes

  init(_ bytes: ArraySlice<UInt8>, of file: HDF5Bytes) {
    self.bytes = bytes
    self.file = file
  }

  var remaining: Int { bytes.count }

  /// The next bytes.
  mutating func part(_ count: Int) throws(DatasetError) -> HDF5Fields {
    guard count >= 0, count <= bytes.count else {
      throw file.failure("a structure ends early: \(count) bytes of \(bytes.count)")
    }
    defer { bytes = bytes.dropFirst(count) }
    return HDF5Fields(bytes.prefix(count), of: file)
  }

  mutating func skip(_ count: Int) throws(DatasetError) { _ = try part(count) }

  /// A number of so many bytes.
  mutating func number(_ width: Int) throws(DatasetError) -> Int {
    guard let number = Int(exactly: try unsigned(width)) else {
      throw file.failure("a number is too large")
    }
    return number
  }

  /// A place in the file; nil where there is none.
  mutating func address() throws(DatasetError) -> Int? {
    let address = try unsigned(8)
    if address == .max { return nil }
    guard let place = Int(exactly: address), place < file.byteCount else {
      throw file.failure("something is at byte \(address), after its end")
    }
    return place
  }

  /// A place in the file, which must be there.
  mutating func place() throws(DatasetError) -> Int {
    guard let place = try address() else { throw file.failure("something has no place") }
    return place
  }

  /// Four letters that name a structure.
  mutating func expect(_ signature: StaticString) throws(DatasetError) {
    guard try part(signature.utf8CodeUnitCount).bytes.elementsEqual("\(signature)".utf8) else {
      throw file.failure("\(signature) is missing")
    }
  }

  /// Refuses what these fields do not say.
  func require(_ holds: Bool, _ what: @autoclosure () -> String) throws(DatasetError) {
    if !holds { throw file.failure(what()) }
  }

  /// Says that there is a text from `offset` on, which a byte 0 ends.
  func requireText(at offset: Int) throws(DatasetError) {
    try require(
      (0..<bytes.count).contains(offset) && bytes.dropFirst(offset).contains(0), "an endless name")
  }

  private mutating func unsigned(_ width: Int) throws(DatasetError) -> UInt64 {
    try part(width).bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
