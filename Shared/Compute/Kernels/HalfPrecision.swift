private import CKernels

/// Conversion between `Float` and IEEE half precision, rounding to nearest with ties to even.
public enum HalfPrecision {
  /// Widens every element of `source` into `target`, which must have as many.
  public static func widen(_ source: Span<Float16>, into target: Matrix<Float>) {
    precondition(source.count == target.count && target.isContiguous, "extents differ")
    unsafe source.withUnsafeBytes { bytes in
      guard let first = bytes.baseAddress else { return }
      unsafe ck_kernels_f16().pointee.to_f32(
        source.count, first.assumingMemoryBound(to: UInt16.self), target.pointer)
    }
  }

  /// Rounds every element of `source` into `target`, which must have as many.
  public static func narrow(_ source: Span<Float>, into target: inout MutableSpan<Float16>) {
    precondition(source.count == target.count, "extents differ")
    unsafe source.withUnsafeBufferPointer { input in
      unsafe target.withUnsafeMutableBytes { bytes in
        guard let x = input.baseAddress, let y = bytes.baseAddress else { return }
        unsafe ck_kernels_f16().pointee.from_f32(
          input.count, x, y.assumingMemoryBound(to: UInt16.self))
      }
    }
  }
}
