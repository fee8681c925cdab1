import ArgumentParser
import MeshAPI

/// One or several widths of the search, as `3` or `1,3,5`.
struct BeamWidths: ExpressibleByArgument, CustomStringConvertible {
  var widths: [Int]

  init(_ widths: [Int]) { self.widths = widths }

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let widths = parts.compactMap { $0 }
    guard !parts.isEmpty, widths.count == parts.count,
      widths.allSatisfy(DecodeOptions.beams.contains)
    else { return nil }
    self.widths = widths
  }

  var description: String { widths.map(String.init).joined(separator: ",") }
}
