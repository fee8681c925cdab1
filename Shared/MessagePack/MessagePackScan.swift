/// Walks over one msgpack value without allocating and without recursion.
///
/// msgpack-c allocates room for as many elements as an array or a map says it has. Hence this
/// scan comes first: every length must fit into the bytes that remain, the value must end where
/// the bytes do, and depth and number of items stay inside the limits.
enum MessagePackScan {
  /// - Throws: ``MessagePackError`` with code `truncated`, `malformed` or `limitExceeded`.
  static func check(_ bytes: RawSpan, limits: MessagePackLimits) throws(MessagePackError) {
    // Values that each open container still lacks; the innermost container is last.
    var pending: InlineArray<31, Int> = .init(repeating: 0)
    pending[0] = 1
    var depth = 0
    var items = 0
    var cursor = Cursor(bytes: bytes)

    while true {
      while pending[depth] == 0 {
        if depth == 0 {
          guard cursor.remaining == 0 else {
            throw MessagePackError(
              code: .malformed, message: "\(cursor.remaining) bytes follow after the value")
          }
          return
        }
        depth -= 1
      }
      pending[depth] -= 1
      items += 1
      guard items <= limits.maxItems else {
        throw MessagePackError(code: .limitExceeded, message: "more than \(limits.maxItems) items")
      }

      let children = try cursor.skipItem()
      guard children > 0 else { continue }
      // Each child takes a byte at least.
      guard children <= cursor.remaining else {
        throw MessagePackError(
          code: .truncated, message: "\(children) items declared, \(cursor.remaining) bytes left")
      }
      guard depth < limits.maxDepth else {
        throw MessagePackError(
          code: .limitExceeded, message: "nested deeper than \(limits.maxDepth)")
      }
      depth += 1
      pending[depth] = children
    }
  }

  private struct Cursor: ~Escapable {
    let bytes: RawSpan
    var offset = 0

    @_lifetime(copy bytes)
    init(bytes: RawSpan) { self.bytes = bytes }

    var remaining: Int { bytes.byteCount - offset }

    /// Skips a scalar, or the header of a container; returns how many values the container holds.
    mutating func skipItem() throws(MessagePackError) -> Int {
      let type = UInt8(try integer(bytes: 1))
      switch type {
      case 0x00...0x7f, 0xe0...0xff, 0xc0, 0xc2, 0xc3: return 0
      case 0x80...0x8f: return 2 * Int(type & 0x0f)
      case 0x90...0x9f: return Int(type & 0x0f)
      case 0xa0...0xbf: try skip(Int(type & 0x1f))
      case 0xc4, 0xd9: try skip(try integer(bytes: 1))
      case 0xc5, 0xda: try skip(try integer(bytes: 2))
      case 0xc6, 0xdb: try skip(try integer(bytes: 4))
      case 0xc7: try skip(1 + (try integer(bytes: 1)))
      case 0xc8: try skip(1 + (try integer(bytes: 2)))
      case 0xc9: try skip(1 + (try integer(bytes: 4)))
      case 0xcc, 0xd0: try skip(1)
      case 0xcd, 0xd1: try skip(2)
      case 0xca, 0xce, 0xd2: try skip(4)
      case 0xcb, 0xcf, 0xd3: try skip(8)
      case 0xd4...0xd8: try skip(1 + 1 << Int(type - 0xd4))
      case 0xdc: return try integer(bytes: 2)
      case 0xdd: return try integer(bytes: 4)
      case 0xde: return 2 * (try integer(bytes: 2))
      case 0xdf: return 2 * (try integer(bytes: 4))
      default:
        throw MessagePackError(
          code: .malformed, message: "byte 0xc1 at \(offset - 1) begins no value")
      }
      return 0
    }

    private mutating func skip(_ count: Int) throws(MessagePackError) {
      guard count <= remaining else {
        throw MessagePackError(
          code: .truncated, message: "\(count) bytes declared at \(offset), \(remaining) left")
      }
      offset += count
    }

    /// A big-endian unsigned integer of at most four bytes.
    private mutating func integer(bytes width: Int) throws(MessagePackError) -> Int {
      let start = offset
      try skip(width)
      var value = 0
      for index in start..<offset {
        value = value << 8 | Int(unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self))
      }
      return value
    }
  }
}
