internal import CSHA256

/// The hash function SHA-256 (NIST FIPS 180-4), fed piece by piece.
public struct SHA256 {
  private static let blockLength = 64

  /// The first 32 bits of the fractional parts of the square roots of the first 8 primes.
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
    0x5be0_cd19,
  ]
  /// What does not fill a block yet.
  private var rest: [UInt8] = []
  private var byteCount: UInt64 = 0

  public init() {}

  /// Adds bytes to what is hashed.
  public mutating func update(_ bytes: RawSpan) {
    byteCount += UInt64(bytes.byteCount)
    unsafe bytes.withUnsafeBytes { bytes in
      var bytes = unsafe bytes[...]
      if !rest.isEmpty {
        let missing = unsafe bytes.prefix(Self.blockLength - rest.count)
        unsafe rest.append(contentsOf: missing)
        unsafe bytes = unsafe bytes.dropFirst(missing.count)
        if rest.count < Self.blockLength { return }
        unsafe captionmesh_sha256_compress(&state, rest, 1)
        rest = []
      }
      let count = unsafe bytes.count / Self.blockLength
      let whole = unsafe UnsafeRawBufferPointer(rebasing: bytes.prefix(count * Self.blockLength))
      if let base = whole.baseAddress {
        unsafe captionmesh_sha256_compress(&state, base, count)
      }
      rest = unsafe Array(bytes.dropFirst(whole.count))
    }
  }

  /// Adds text, as UTF-8.
  public mutating func update(_ text: String) {
    let bytes = Array(text.utf8)
    unsafe update(bytes.span.bytes)
  }

  /// The hash of everything that was added, in hexadecimal digits.
  public consuming func hexDigest() -> String {
    let bitCount = byteCount * 8
    var padding: [UInt8] = [0x80]
    while (rest.count + padding.count) % Self.blockLength != Self.blockLength - 8 {
      padding.append(0)
    }
    for shift in stride(from: 56, through: 0, by: -8) {
      padding.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(shift)))
    }
    unsafe update(padding.span.bytes)
    return state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }
}
