/// The colours of a picture on white paper.
public struct Theme: Hashable, Sendable {
  public var paper: Color
  public var ink: Color
  public var quiet: Color
  public var grid: Color
  /// Colours of lines that people with any kind of colour vision tell apart (Okabe and Ito 2008),
  /// in the order of their use.
  public var lines: [Color]

  public static let light = Theme(
    paper: Color(0xFFFFFF), ink: Color(0x1B1F24), quiet: Color(0x59636E), grid: Color(0xE2E5E9),
    lines: [0x0072B2, 0xD55E00, 0x009E73, 0xA8588F, 0xB87D00, 0x3B8FC2].map { Color($0) })
}
