import ArgumentParser
import MeshAPI
import Reporting
import WeightFiles

/// The file beside a photograph that says what is in it.
enum Sidecar: String, CaseIterable, ExpressibleByArgument {
  /// `photo.jpg.txt`: the sentence.
  case txt
  /// `photo.jpg.json`: the line that `captionmesh stream --json` prints.
  case json
  /// `photo.xmp`: the sentence as `dc:description`, where programs for photographs look for it.
  case xmp

  /// Where the sidecar of a photograph is.
  func path(of photograph: String) -> String {
    switch self {
    case .txt, .json: return "\(photograph).\(rawValue)"
    case .xmp:
      let name =
        photograph.lastIndex(of: "/").map(photograph.index(after:)) ?? photograph.startIndex
      let end = photograph[name...].lastIndex(of: ".") ?? photograph.endIndex
      return photograph[..<end] + ".xmp"
    }
  }

  /// What the sidecar says.
  func text(_ caption: CaptionResult, of photograph: String, _ reply: CaptionReply) -> String {
    switch self {
    case .txt: caption.caption + "\n"
    case .json: ReplyPrinter.json(photograph, reply) + "\n"
    case .xmp: XMPPacket(description: caption.caption).text
    }
  }

  /// Writes a photograph's sidecar as a whole. The photograph itself is left alone.
  ///
  /// - Parameter isReplacing: whether one that is there already makes way.
  /// - Throws: `WeightFileError` with code `exists` or `unwritable`.
  func write(
    _ caption: CaptionResult, of photograph: String, _ reply: CaptionReply, isReplacing: Bool
  ) throws(WeightFileError) {
    let file = try AtomicFile(path(of: photograph))
    try file.write(Array(text(caption, of: photograph, reply).utf8))
    try file.finish(isReplacing: isReplacing)
  }
}
