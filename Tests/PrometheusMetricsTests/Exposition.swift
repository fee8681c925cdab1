/// What a text in Prometheus's format says, read by the format's rules and no others.
struct Exposition {
  struct Sample: Equatable {
    var name: String
    var labels: [String: String]
    var value: Double
  }

  struct Malformed: Error {
    var line: Substring
    var reason: String
  }

  var types: [String: String] = [:]
  var helps: [String: String] = [:]
  var samples: [Sample] = []

  /// - Throws: ``Malformed`` for the first line that is not as it should be.
  init(_ text: String) throws {
    guard text.isEmpty || text.utf8.last == UInt8(ascii: "\n") else {
      throw Malformed(line: text[...], reason: "the last line has no end")
    }
    for line in text.unicodeScalars.split(separator: "\n").map({ Substring($0) }) {
      if line.hasPrefix("# HELP ") {
        let (name, help) = try Self.cut(line.dropFirst(7), line)
        helps[name] = try Self.unescaped(help[...], line)
      } else if line.hasPrefix("# TYPE ") {
        let (name, type) = try Self.cut(line.dropFirst(7), line)
        guard types[name] == nil, ["counter", "gauge", "histogram"].contains(type) else {
          throw Malformed(line: line, reason: "a type that is not, or twice")
        }
        types[name] = type
      } else {
        samples.append(try Self.sample(line))
      }
    }
  }

  func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
    samples.first { $0.name == name && $0.labels == labels }?.value
  }

  private static func cut(
    _ text: Substring, _ line: Substring
  ) throws -> (name: String, rest: String) {
    // By scalars: a space and an accent after it are one character.
    let scalars = text.unicodeScalars
    guard let space = scalars.firstIndex(of: " ") else {
      throw Malformed(line: line, reason: "no space")
    }
    return (String(scalars[..<space]), String(scalars[space...].dropFirst()))
  }

  private static func sample(_ line: Substring) throws -> Sample {
    let scalars = Array(line.unicodeScalars)
    var position = 0
    func name(_ extra: String) throws -> String {
      let start = position
      while position < scalars.count, isNamePart(scalars[position], extra, first: position == start)
      { position += 1 }
      guard position > start else { throw Malformed(line: line, reason: "no name") }
      return string(scalars[start..<position])
    }
    func expect(_ scalar: Unicode.Scalar) throws {
      guard position < scalars.count, scalars[position] == scalar else {
        throw Malformed(line: line, reason: "no \(scalar) at \(position)")
      }
      position += 1
    }

    let metric = try name(":")
    var labels: [String: String] = [:]
    if position < scalars.count, scalars[position] == "{" {
      position += 1
      while true {
        let label = try name("")
        try expect("=")
        try expect("\"")
        let start = position
        while position < scalars.count, scalars[position] != "\"" {
          position += scalars[position] == "\\" ? 2 : 1
        }
        guard position < scalars.count, labels[label] == nil else {
          throw Malformed(line: line, reason: "an open value, or a label twice")
        }
        labels[label] = try unescaped(Substring(string(scalars[start..<position])), line)
        position += 1
        if position < scalars.count, scalars[position] == "," {
          position += 1
          continue
        }
        try expect("}")
        break
      }
    }
    try expect(" ")
    guard let value = Double(string(scalars[position...])) else {
      throw Malformed(line: line, reason: "no number")
    }
    return Sample(name: metric, labels: labels, value: value)
  }

  private static func isNamePart(
    _ scalar: Unicode.Scalar, _ extra: String, first: Bool
  ) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "_": true
    case "0"..."9": !first
    default: extra.unicodeScalars.contains(scalar)
    }
  }

  private static func unescaped(_ text: Substring, _ line: Substring) throws -> String {
    var result = String.UnicodeScalarView()
    var isEscaped = false
    for scalar in text.unicodeScalars {
      if !isEscaped {
        if scalar == "\\" { isEscaped = true } else { result.append(scalar) }
        continue
      }
      isEscaped = false
      switch scalar {
      case "n": result.append("\n")
      case "\\", "\"": result.append(scalar)
      default: throw Malformed(line: line, reason: "\\\(scalar) is no escape")
      }
    }
    return String(result)
  }

  private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}
