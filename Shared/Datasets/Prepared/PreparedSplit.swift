public import Tensor
import Vocabulary

/// The images of one split of a prepared data set and their captions.
public final class PreparedSplit: Sendable {
  public let split: DatasetSplit
  public let captionsPerImage: Int
  /// Captions have at most so many words.
  public let maximumLength: Int

  private let images: HDF5Dataset
  /// The words of all captions one after the other, and where each one ends.
  private let tokens: [Int32]
  private let ends: [Int]

  /// Images.
  public var count: Int { images.extents[0] }

  init(
    _ split: DatasetSplit, _ files: PreparedFiles, _ vocabulary: Vocabulary
  ) throws(DatasetError) {
    self.split = split
    let path = files.images(split)
    let file: HDF5File
    do throws(DatasetError) {
      file = try HDF5File(path, .read)
    } catch {
      throw DatasetError(
        error.code, "\(error.message); is it cut short? Prepare or copy the data again")
    }
    images = try file.dataset("images", .uint8)
    guard images.extents.count == 4,
      images.extents[1...] == [3, ImageLoader.size, ImageLoader.size]
    else {
      throw DatasetError(
        .malformed, "\(path): /images has the extents \(images.extents), not [images, 3, 256, 256]")
    }
    captionsPerImage = try file.integerAttribute("captions_per_image")
    guard (1...100_000).contains(captionsPerImage), images.extents[0] < 1 << 32 else {
      throw DatasetError(
        .malformed, "\(path): claims \(captionsPerImage) captions for each of \(images.extents[0])")
    }
    let captions = try EncodedCaptions(files, split, vocabulary)
    let expected = images.extents[0] * captionsPerImage
    guard captions.ends.count == expected else {
      let withCaptions = captions.ends.count / captionsPerImage
      let what =
        captions.ends.count < expected
        ? "image \(withCaptions) and those after it lack captions" : "there are too many captions"
      throw DatasetError(
        .mismatch,
        "\(files.captions(split)): has \(captions.ends.count) captions, but \(path) has "
          + "\(images.extents[0]) images of \(captionsPerImage): \(what); are they of the same data?"
      )
    }
    maximumLength = captions.maximumLength
    tokens = captions.tokens
    ends = captions.ends
  }

  /// An image, uint8 [3, 256, 256]. Any thread may ask.
  ///
  /// - Throws: ``DatasetError``.
  public func image(_ index: Int) throws(DatasetError) -> Tensor {
    let buffer = AlignedBuffer(byteCount: ImageLoader.shape.elementCount)
    try unsafe buffer.withUnsafeMutableBytes { bytes throws(DatasetError) in
      try unsafe images.read(index..<index + 1, into: bytes)
    }
    return Tensor(viewing: buffer, shape: ImageLoader.shape, elementType: .uint8)!
  }

  /// An image's captions as the words' ids, without those that begin, end and pad them.
  public func captions(ofImage index: Int) -> [[Int]] {
    (index * captionsPerImage..<(index + 1) * captionsPerImage).map { number in
      tokens[(number == 0 ? 0 : ends[number - 1])..<ends[number]].map(Int.init)
    }
  }

  /// What an image is called in feature caches: prepared data have no file names.
  public func name(ofImage index: Int) -> String { "\(split.rawValue.lowercased()):\(index)" }
}
