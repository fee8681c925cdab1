internal import CKernels
internal import COneDNN
internal import Tensor

extension OneDNN {
  /// The gradients of a depthwise convolution by its weights and biases, which oneDNN 2.6 has no
  /// fast code for where the kernel is 5×5.
  @safe
  public struct DepthwiseGradient {
    private let source: Memory
    private let gradient: Memory
    private let weights: Matrix<Float>
    private let bias: Matrix<Float>
    private let window: CKernels_window
    private let block: Int
    private let blockStride: (source: Int, gradient: Int)

    /// - Parameters:
    ///   - source: [N, C, H, W] in blocks of 8 or 16 channels, see ``Layout``.
    ///   - gradient: by the results, [N, C, H', W'], in the same layout.
    ///   - window: the convolution's.
    ///   - weights: gets the gradient, [C, kernel · kernel].
    ///   - bias: gets the gradient, [1, C].
    /// - Returns: nil where the arguments lie in another way, or the kernel is not 3×3, 5×5 or 7×7.
    public init?(
      source: Memory, gradient: Memory, window: Window, weights: Matrix<Float>, bias: Matrix<Float>
    ) {
      guard let block = source.descriptor.channelBlock,
        gradient.descriptor.channelBlock == block, [3, 5, 7].contains(window.kernel)
      else { return nil }
      let (from, to) = (source.descriptor.extents, gradient.descriptor.extents)
      precondition(
        from[0] == to[0] && from[1] == to[1] && weights.rows == from[1]
          && weights.columns == window.kernel * window.kernel && bias.count == from[1]
          && weights.isContiguous && bias.isContiguous
          && window.outputHeight(of: from[2]) == to[2]
          && window.outputWidth(of: from[3]) == to[3], "\(from) to \(to)")
      self.source = source
      self.gradient = gradient
      self.weights = weights
      self.bias = bias
      self.block = block
      self.window = CKernels_window(
        images: from[0], height: from[2], width: from[3], out_height: to[2], out_width: to[3],
        kernel: window.kernel, stride: window.stride, top: window.top, left: window.left,
        image_stride: from[1] * from[2] * from[3], out_image_stride: to[1] * to[2] * to[3])
      blockStride = (block * from[2] * from[3], block * to[2] * to[3])
    }

    /// Calculates the gradients on the calling thread's team of threads.
    public func run() throws(OneDNNError) {
      let x = try unsafe source.floats()
      let g = try unsafe gradient.floats()
      let kernels = unsafe ck_kernels_depthwise().pointee
      let calculate = unsafe block == 8 ? kernels.block8! : kernels.block16!
      let taps = weights.columns
      OneDNN.forEachShard(of: weights.rows / block) { blocks in
        for index in blocks {
          unsafe withUnsafePointer(to: window) { window in
            unsafe calculate(
              window, x + index * blockStride.source, g + index * blockStride.gradient,
              weights.pointer + index * block * taps, bias.pointer + index * block)
          }
        }
      }
    }
  }
}
