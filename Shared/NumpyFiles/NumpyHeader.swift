internal import Tensor

/// What stands before the numbers in a `.npy` file, version 1.0 of NumPy's format (NEP 1): a magic
/// word, the length of the rest as a 16-bit number, and a Python dictionary.
struct NumpyHeader: Equatable {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]

  /// NumPy's own limit on the number of axes, in the versions before 2.
  static let maximumRank = 32

  let elementType: ElementType
  let shape: Shape

  /// The header as NumPy writes it: spaces make the numbers start on a multiple of 64 bytes and
  /// leave room for the first extent to grow to any size in place.
  var bytes: [UInt8] {
    let alignment = 64
    let widestExtent = 21
    let extents = shape.dimensions.map(String.init)
    let tuple =
      shape.rank == 1 ? "(\(extents[0]),)" : "(\(extents.joined(separator: ", ")))"
    var text = "{'descr': '\(elementType.descriptor)', 'fortran_order': False, 'shape': \(tuple), }"
    if let first = extents.first {
      text += String(repeating: " ", count: widestExtent - first.utf8.count)
    }
    let lengthBytes = 2
    let newlineBytes = 1
    let used = Self.magic.count + lengthBytes + text.utf8.count + newlineBytes
    text += String(repeating: " ", count: alignment - used % alignment) + "\n"
    let length = text.utf8.count
    return Self.magic + [UInt8(length & 0xFF), UInt8(length >> 8)] + Array(text.utf8)
  }
}

extension ElementType {
  /// NumPy's name of the type: byte order, kind, bytes.
  var descriptor: String {
    switch self {
    case .float16: "<f2"
    case .float32: "<f4"
    case .float64: "<f8"
    case .uint8: "|u1"
    case .int8: "|i1"
    case .int32: "<i4"
    case .int64: "<i8"
    }
  }

  init?(descriptor: String) {
    guard let type = Self.allCases.first(where: { $0.descriptor == descriptor }) else { return nil }
    self = type
  }
}
