internal import Compute
internal import Synchronization
internal import Tensor

extension ImageEncoder.Engine {
  /// A thread that encodes images alone, one at a time, while others encode others.
  ///
  /// Threads that share each layer wait for one another after every one, and fetch from each other's
  /// caches what they calculated; with several images at hand there is no need to.
  final class Lane: Sendable {
    private let thread: ComputeThread
    private let engine: ImageEncoder.Engine

    init(_ engine: ImageEncoder.Engine) {
      self.engine = engine
      thread = ComputeThread(name: "encoder lane", threadCount: 1)
    }

    /// Encodes some of the images.
    ///
    /// - Parameter features: gets `imageFeatures` numbers for each of all images.
    fileprivate func encode(
      _ images: Tensor, _ range: Range<Int>, _ layout: OneDNN.Layout, _ imageFeatures: Int,
      _ features: UnsafeMutableBufferPointer<Float>
    ) throws(OneDNNError) {
      nonisolated(unsafe) let features = unsafe features
      try thread.run { [engine] () throws(OneDNNError) in
        var span = unsafe features.mutableSpan
        try engine.encode(images, range, layout, imageFeatures, &span)
      }
    }

    /// Makes what images of that size need.
    func prepare(_ images: Shape) throws(OneDNNError) {
      try thread.run { [engine] () throws(OneDNNError) in
        _ = try engine.plan(for: images, batchSize: 1)
      }
    }
  }

  /// As many images of a batch as all lanes together take in rounds without one that stands idle.
  func shareOfLanes(_ count: Int) -> Int {
    lanes.isEmpty ? 0 : count / lanes.count * lanes.count
  }

  /// Encodes the first `count` images on all lanes, an equal part on each.
  func encodeOnLanes(
    _ images: Tensor, _ count: Int, _ layout: OneDNN.Layout, _ imageFeatures: Int,
    _ span: inout MutableSpan<Float>
  ) throws(OneDNNError) {
    let part = count / lanes.count
    let failure = Mutex<OneDNNError?>(nil)
    unsafe span.withUnsafeMutableBufferPointer { features in
      // Each lane writes to its own images' part.
      nonisolated(unsafe) let features = unsafe features
      Parallel.forEach(lanes.count) { [lanes] index in
        do throws(OneDNNError) {
          try unsafe lanes[index].encode(
            images, index * part..<(index + 1) * part, layout, imageFeatures, features)
        } catch {
          failure.withLock { $0 = error }
        }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }
}
