extension JPEGFile {
  /// To decode a photograph that is much too large at a part of its size, which leaves out the finest
  /// waves of each of its blocks instead of computing and then averaging them away.
  enum Reduction {
    /// Every pixel.
    case none
    /// A half, a quarter or an eighth of the extents, as long as what is left is larger than this.
    case above(width: Int, height: Int)

    /// What libjpeg is to divide the stored extents by.
    func divisor(width: Int, height: Int) -> UInt32 {
      guard case .above(let targetWidth, let targetHeight) = self else { return 1 }
      return [8, 4, 2].first { width > Int($0) * targetWidth && height > Int($0) * targetHeight }
        ?? 1
    }
  }
}
