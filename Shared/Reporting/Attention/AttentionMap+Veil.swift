internal import Drawing
internal import Imaging
internal import Tensor

extension AttentionMap {
  /// What is laid over the photograph: dark where the decoder did not look, and a breath of white
  /// where it looked most, so that the place shows on dark photographs too.
  func veil() throws(DrawingError) -> Bitmap {
    let shares = shares
    return try Bitmap(width: width, height: height) { x, y in
      let share = shares[y * width + x]
      let gray = share * share
      return Color(red: gray, green: gray, blue: gray, alpha: 0.8 - 0.58 * share)
    }
  }
}

extension ModelCaption {
  /// The veil of a word; nil for one without attention.
  func veil(_ word: Word, scale: Int, sigma: Double) throws(ReportError) -> Bitmap? {
    guard !word.attention.isEmpty else { return nil }
    do {
      return try AttentionMap(
        word.attention, rows: rows, columns: columns, scale: scale, sigma: sigma
      ).veil()
    } catch {
      throw ReportError(.undrawable, "the attention of “\(word.text)”: \(error)")
    }
  }
}

extension Image {
  /// The image with its longer side of at most that many pixels, its aspect ratio kept.
  func fitted(_ extent: Int) -> Image {
    let longer = max(width, height)
    guard longer > extent else { return self }
    func scaled(_ side: Int) -> Int {
      max(Int((Double(side) * Double(extent) / Double(longer)).rounded()), 1)
    }
    return resized(width: scaled(width), height: scaled(height))
  }

  /// The image to draw with.
  func bitmap() throws(DrawingError) -> Bitmap {
    let elements = pixels.elements(as: UInt8.self)
    return try Bitmap(width: width, height: height, rgb: elements)
  }
}
