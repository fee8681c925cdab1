extension OneDNN {
  /// A square window that slides over the height and width of an image.
  public struct Window: Hashable, Sendable {
    public var kernel: Int
    public var stride: Int
    /// Rows and columns of padding at each side; they may differ, as TensorFlow's 'SAME' needs.
    public var top: Int, left: Int, bottom: Int, right: Int

    public init(
      kernel: Int, stride: Int = 1, top: Int = 0, left: Int = 0, bottom: Int = 0, right: Int = 0
    ) {
      self.kernel = kernel
      self.stride = stride
      self.top = top
      self.left = left
      self.bottom = bottom
      self.right = right
    }

    /// How many rows the window yields of `height` rows.
    public func outputHeight(of height: Int) -> Int {
      (height + top + bottom - kernel) / stride + 1
    }

    /// How many columns the window yields of `width` columns.
    public func outputWidth(of width: Int) -> Int { (width + left + right - kernel) / stride + 1 }

    /// The numbers as oneDNN wants them, for height and width.
    var strides: [Int64] { [Int64(stride), Int64(stride)] }
    var before: [Int64] { [Int64(top), Int64(left)] }
    var after: [Int64] { [Int64(bottom), Int64(right)] }
  }
}
