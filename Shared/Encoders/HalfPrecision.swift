/// Rounding to half precision, many elements at a time.
///
/// A processor without the F16C instructions, which is what Swift compiles for by default, rounds
/// one element at a time by a library call. These few integer operations suit its vector registers.
enum HalfPrecision {
  private typealias Words = SIMD16<UInt32>

  /// The bits of the nearest half-precision numbers, ties to even.
  ///
  /// What is too large becomes an infinity, and no number stays no number.
  static func bits(of values: SIMD16<Float>) -> SIMD16<UInt16> {
    // A half has its exponent's bias at 15 instead of 127, and 13 fewer digits.
    let rebias = UInt32(127 - 15) << 23
    let infinity = Words(repeating: Float.infinity.bitPattern)
    let word = unsafe unsafeBitCast(values, to: Words.self)
    let sign = word & 0x8000_0000
    let magnitude = word ^ sign

    // Adding one less than half of the last place, and one more if that place is odd, rounds.
    let odd = (magnitude &>> 13) & 1
    let normal = (magnitude &- rebias &+ 0xfff &+ odd) &>> 13
    // Below 2⁻¹⁴ the places are 2⁻²⁴ wide: adding 2⁻¹ makes a float's last place just that.
    let half = SIMD16<Float>(repeating: 0.5)
    let shifted = unsafe unsafeBitCast(magnitude, to: SIMD16<Float>.self) + half
    let small = unsafe unsafeBitCast(shifted, to: Words.self) &- half[0].bitPattern

    var result = normal.replacing(with: small, where: magnitude .< (UInt32(127 - 14) << 23))
    result.replace(with: 0x7c00, where: magnitude .>= (UInt32(127 + 16) << 23))
    result.replace(with: 0x7e00, where: magnitude .> infinity)
    return SIMD16<UInt16>(truncatingIfNeeded: result | (sign &>> 16))
  }

  /// Rounds as many elements as `source` has.
  static func round(_ source: Span<Float>, into target: inout MutableSpan<Float16>) {
    precondition(source.count == target.count, "\(source.count) elements into \(target.count)")
    let width = SIMD16<Float>.scalarCount
    let whole = source.count / width * width
    let words = unsafe source.bytes
    unsafe target.withUnsafeMutableBytes { bytes in
      for index in stride(from: 0, to: whole, by: width) {
        let values = unsafe words.unsafeLoadUnaligned(
          fromByteOffset: 4 * index, as: SIMD16<Float>.self)
        unsafe bytes.storeBytes(
          of: bits(of: values), toByteOffset: 2 * index, as: SIMD16<UInt16>.self)
      }
      for index in whole..<source.count {
        let value = bits(of: SIMD16(repeating: source[index]))[0]
        unsafe bytes.storeBytes(of: value, toByteOffset: 2 * index, as: UInt16.self)
      }
    }
  }
}
