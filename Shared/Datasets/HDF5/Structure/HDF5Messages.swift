/// The messages of one object's header, wherever they are continued.
struct HDF5Messages {
  /// The messages that are known here; a file with any other is refused.
  enum Kind: Int {
    case none = 0x00
    case dataspace = 0x01
    case linkInfo = 0x02
    case datatype = 0x03
    case oldFillValue = 0x04
    case fillValue = 0x05
    case link = 0x06
    case layout = 0x08
    case groupInfo = 0x0A
    case attribute = 0x0C
    case symbolTable = 0x11
    case modificationTime = 0x12
    case attributeInfo = 0x15
    case referenceCount = 0x16
  }

  private static let continuation = 0x10
  private static let maximumParts = 256
  private static let maximumCount = 4_096

  private(set) var all: [(kind: Kind, fields: HDF5Fields)] = []
  private let file: HDF5Bytes
  /// Parts of the header that are still to be read.
  private var parts: [(address: Int, byteCount: Int)] = []
  /// Whether it is a header of the second version.
  private var isSecond = false
  private var hasOrder = false

  /// - Throws: ``DatasetError`` `unreadable`.
  init(of address: Int, in file: HDF5Bytes) throws(DatasetError) {
    self.file = file
    var fields = try file.fields(min(64, file.byteCount - address), at: address)
    if try fields.number(1) == 1 {
      try fields.skip(7)
      parts.append((address + 16, try fields.number(4)))
    } else {
      fields = try file.fields(min(64, file.byteCount - address), at: address)
      try fields.expect("OHDR")
      try fields.require(try fields.number(1) == 2, "an object of an unknown version")
      let flags = try fields.number(1)
      isSecond = true
      hasOrder = flags & 0x04 != 0
      try fields.skip((flags & 0x20 != 0 ? 16 : 0) + (flags & 0x10 != 0 ? 4 : 0))
      let byteCount = try fields.number(1 << (flags & 3))
      let start = address + min(64, file.byteCount - address) - fields.remaining
      parts.append((start, byteCount))
    }
    var count = 0
    while count < parts.count {
      guard parts.count <= Self.maximumParts else { throw file.failure("an object is in pieces") }
      var part = try file.fields(parts[count].byteCount, at: parts[count].address)
      if isSecond, count > 0 {
        try part.expect("OCHK")
        part = try part.part(part.remaining - 4)
      }
      try read(&part)
      count += 1
    }
  }

  private mutating func read(_ part: inout HDF5Fields) throws(DatasetError) {
    let header = isSecond ? (hasOrder ? 6 : 4) : 8
    while part.remaining >= header {
      let type = try part.number(isSecond ? 1 : 2)
      let byteCount = try part.number(2)
      let flags = try part.number(1)
      try part.skip(isSecond ? (hasOrder ? 2 : 0) : 3)
      var fields = try part.part(byteCount)
      guard all.count < Self.maximumCount else { throw file.failure("an object says too much") }
      // What is kept elsewhere, to be shared, is not read.
      guard flags & 0x02 == 0 else { throw file.failure("an object shares its description") }
      if type == Self.continuation {
        parts.append((try fields.place(), try fields.number(8)))
      } else if let kind = Kind(rawValue: type) {
        all.append((kind, fields))
      } else {
        throw file.failure(
          type == 0x0B
            ? "its data are compressed, which is not read; store them without filters"
            : "an object has a message of kind \(type)")
      }
    }
  }
}
