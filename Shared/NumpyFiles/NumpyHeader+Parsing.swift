internal import Tensor

extension NumpyHeader {
  /// Reads the header at the start of `bytes`, and tells where the numbers begin.
  static func parse(
    _ bytes: Span<UInt8>, name: String
  ) throws(NumpyFileError) -> (header: NumpyHeader, dataOffset: Int) {
    let start = magic.count + 2
    guard bytes.count >= start, magic.indices.dropLast(2).allSatisfy({ bytes[$0] == magic[$0] })
    else {
      throw NumpyFileError(.malformed, name: name, "this is not a .npy file")
    }
    guard bytes[6] == magic[6], bytes[7] == magic[7] else {
      throw NumpyFileError(
        .unsupported, name: name,
        "version \(bytes[6]).\(bytes[7]) of the .npy format is not read; save it as version 1.0")
    }
    let end = start + Int(bytes[8]) + Int(bytes[9]) << 8
    guard bytes.count >= end else {
      throw NumpyFileError(.malformed, name: name, "the .npy file ends within its header")
    }
    var parser = DictionaryParser(bytes.extracting(start..<end))
    guard let entries = parser.parse() else {
      throw NumpyFileError(.malformed, name: name, "the .npy file's header is damaged")
    }
    guard let elementType = ElementType(descriptor: entries.descriptor) else {
      throw NumpyFileError(
        .unsupported, name: name,
        "the type '\(entries.descriptor)' is not read; convert it to one of "
          + ElementType.allCases.map(\.descriptor).joined(separator: ", "))
    }
    guard !entries.fortranOrder || entries.shape.count < 2 else {
      throw NumpyFileError(
        .unsupported, name: name,
        "the array is in Fortran order; save numpy.ascontiguousarray of it")
    }
    guard let shape = Shape(validating: entries.shape) else {
      throw NumpyFileError(.malformed, name: name, "the shape \(entries.shape) is impossible")
    }
    return (NumpyHeader(elementType: elementType, shape: shape), end)
  }
}

/// Reads the one dictionary that a header may hold: three known keys, each once.
private struct DictionaryParser: ~Escapable {
  struct Entries {
    let descriptor: String
    let fortranOrder: Bool
    let shape: [Int]
  }

  private let text: Span<UInt8>
  private var position = 0

  @_lifetime(copy text)
  init(_ text: Span<UInt8>) { self.text = text }

  mutating func parse() -> Entries? {
    var descriptor: String?
    var fortranOrder: Bool?
    var shape: [Int]?
    guard take("{") else { return nil }
    while !take("}") {
      guard let key = string(), take(":") else { return nil }
      switch key {
      case "descr" where descriptor == nil: descriptor = string()
      case "fortran_order" where fortranOrder == nil:
        fortranOrder = word("True") ? true : word("False") ? false : nil
      case "shape" where shape == nil: shape = tuple()
      default: return nil
      }
      if !take(",") {
        guard take("}") else { return nil }
        break
      }
    }
    skipSpace()
    guard position == text.count, let descriptor, let fortranOrder, let shape else { return nil }
    return Entries(descriptor: descriptor, fortranOrder: fortranOrder, shape: shape)
  }

  private mutating func skipSpace() {
    while position < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < text.count, UInt32(text[position]) == character.value else { return false }
    position += 1
    return true
  }

  private mutating func word(_ word: String) -> Bool {
    skipSpace()
    let letters = Array(word.utf8)
    guard text.count - position >= letters.count,
      letters.indices.allSatisfy({ text[position + $0] == letters[$0] })
    else { return false }
    position += letters.count
    return true
  }

  /// A quoted string of printable ASCII without escapes.
  private mutating func string() -> String? {
    let quote: UInt8
    if take("'") { quote = 0x27 } else if take("\"") { quote = 0x22 } else { return nil }
    var result = ""
    while position < text.count {
      let character = text[position]
      position += 1
      if character == quote { return result }
      guard (0x20..<0x7F).contains(character), character != 0x5C else { return nil }
      result.unicodeScalars.append(Unicode.Scalar(character))
    }
    return nil
  }

  private mutating func tuple() -> [Int]? {
    var extents: [Int] = []
    guard take("(") else { return nil }
    while !take(")") {
      guard extents.count < NumpyHeader.maximumRank, let extent = number() else { return nil }
      extents.append(extent)
      if !take(",") {
        // Without a comma, "(3)" is a number in Python.
        guard extents.count > 1, take(")") else { return nil }
        break
      }
    }
    return extents
  }

  private mutating func number() -> Int? {
    skipSpace()
    var value: Int?
    while position < text.count, (0x30...0x39).contains(text[position]) {
      let (product, overflow) = (value ?? 0).multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int(text[position] - 0x30))
      if overflow || carry { return nil }
      value = sum
      position += 1
    }
    return value
  }
}
