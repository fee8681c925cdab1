/// `multipart/form-data` (RFC 7578), taken apart without a copy.
struct Multipart {
  struct Part: Equatable {
    /// The form field's.
    var name: String
    /// As the sender calls it; nothing is opened under it.
    var fileName: String?
    /// Where the part's bytes lie in the body.
    var range: Range<Int>
  }

  /// Of one part's headers.
  static let maximumHeaderBytes = 8_192
  /// RFC 2046, 5.1.1.
  static let maximumBoundaryBytes = 70

  let parts: [Part]

  /// - Parameters:
  ///   - contentType: the header with the boundary.
  ///   - maximumParts: more are refused.
  /// - Throws: ``Problem`` with 400 for what is not as it should be.
  init(_ body: [UInt8], contentType: String, maximumParts: Int) throws(Problem) {
    guard let boundary = HeaderParameters(contentType).values["boundary"], !boundary.isEmpty,
      boundary.utf8.count <= Self.maximumBoundaryBytes
    else { throw .badRequest("multipart/form-data needs a boundary of 1 to 70 characters") }
    let delimiter = [UInt8]("\r\n--\(boundary)".utf8)
    guard body.starts(with: delimiter.dropFirst(2)) else {
      throw .badRequest("the body does not begin with its boundary")
    }
    var parts: [Part] = []
    var position = delimiter.count - 2
    while true {
      // After a delimiter: its line's end, or two dashes after the last part.
      if body[position...].starts(with: "--".utf8) { break }
      guard body[position...].starts(with: "\r\n".utf8) else {
        throw .badRequest("a boundary is not followed by a line’s end")
      }
      position += 2
      guard let end = Self.find(delimiter, in: body, from: position - 2) else {
        throw .badRequest("the body ends in the middle of a part")
      }
      guard parts.count < maximumParts else {
        throw .badRequest("a request may have \(maximumParts) parts")
      }
      guard end >= position else { throw .badRequest("a part has no Content-Disposition") }
      parts.append(try Self.part(body, position..<end))
      position = end + delimiter.count
    }
    self.parts = parts
  }

  /// Headers, an empty line, and the content.
  private static func part(_ body: [UInt8], _ range: Range<Int>) throws(Problem) -> Part {
    let limit = min(range.upperBound, range.lowerBound + maximumHeaderBytes)
    var start = range.lowerBound
    var part: Part?
    while true {
      guard let end = body[start..<limit].firstIndex(of: UInt8(ascii: "\n")) else {
        throw .badRequest("a part’s headers do not end")
      }
      let line = body[start..<end].last == UInt8(ascii: "\r") ? start..<end - 1 : start..<end
      start = end + 1
      if line.isEmpty { break }
      guard let text = String(validating: body[line], as: UTF8.self) else {
        throw .badRequest("a part’s header is not UTF-8")
      }
      let fields = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard fields.count == 2, fields[0].lowercased() == "content-disposition" else { continue }
      let disposition = HeaderParameters(String(fields[1]))
      guard disposition.value == "form-data", let name = disposition.values["name"] else {
        throw .badRequest("a part’s Content-Disposition has to be form-data with a name")
      }
      part = Part(name: name, fileName: disposition.values["filename"], range: 0..<0)
    }
    guard var part else { throw .badRequest("a part has no Content-Disposition") }
    part.range = start..<range.upperBound
    return part
  }

  private static func find(_ pattern: [UInt8], in body: [UInt8], from start: Int) -> Int? {
    var position = start
    while let found = body[position...].firstIndex(of: pattern[0]) {
      if body[found...].starts(with: pattern) { return found }
      position = found + 1
    }
    return nil
  }
}
