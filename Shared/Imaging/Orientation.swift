internal import Tensor

/// How a stored image must be turned to stand upright: the values of Exif's tag Orientation (274),
/// named for where the stored first row and first column belong.
enum Orientation: Int, CaseIterable {
  case upright = 1  // top, left
  case mirrored  // top, right
  case upsideDown  // bottom, right
  case flipped  // bottom, left
  case transposed  // left, top
  case turnedLeft  // right, top
  case transverse  // right, bottom
  case turnedRight  // left, bottom

  /// Whether rows become columns.
  var swapsAxes: Bool { rawValue >= 5 }

  /// Reads the first directory of a TIFF structure, as Exif holds it; upright where there is no
  /// valid tag.
  init(exif: RawSpan) {
    self = Self.read(exif) ?? .upright
  }

  private static func read(_ exif: RawSpan) -> Orientation? {
    let orientationTag = 274
    let shortType = 3
    let entryLength = 12
    let bigEndian: Bool
    switch exif.uint16(at: 0, bigEndian: true) {
    case 0x4D4D: bigEndian = true
    case 0x4949: bigEndian = false
    default: return nil
    }
    guard exif.uint16(at: 2, bigEndian: bigEndian) == 42,
      let directory = exif.uint32(at: 4, bigEndian: bigEndian),
      let entries = exif.uint16(at: directory, bigEndian: bigEndian)
    else { return nil }
    for index in 0..<entries {
      let entry = directory + 2 + index * entryLength
      guard let tag = exif.uint16(at: entry, bigEndian: bigEndian) else { return nil }
      if tag == orientationTag {
        guard exif.uint16(at: entry + 2, bigEndian: bigEndian) == shortType,
          let value = exif.uint16(at: entry + 8, bigEndian: bigEndian)
        else { return nil }
        return Orientation(rawValue: value)
      }
    }
    return nil
  }
}
