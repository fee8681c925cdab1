import Yams

/// One mapping of a YAML file, whose keys are asked for one by one; those that nobody asked for
/// are refused in the end. What the environment says goes before what the file says.
struct ConfigurationSection {
  private let file: String
  /// The keys that lead here.
  private let path: [String]
  private let environment: [String: String]
  private let entries: [(key: String, line: Int, node: Node)]
  private var known: [String] = []

  /// A few aliases say something twice; many of them, each of two others, say it 2ⁿ times.
  private static let maximumAliases = 16

  /// The top of a file; an empty file is an empty mapping.
  init(yaml: String, file: String, environment: [String: String]) throws(ServiceError) {
    guard Self.aliases(in: yaml) <= Self.maximumAliases else {
      throw ServiceError(
        .configuration,
        "\(file): has more than \(Self.maximumAliases) aliases (*name); write out what they stand for"
      )
    }
    let node: Node?
    do {
      node = try compose(yaml: yaml)
    } catch {
      throw ServiceError(.configuration, "\(file):\(Self.describe(error))")
    }
    try self.init(node, line: 1, path: [], file: file, environment: environment)
  }

  private init(
    _ node: Node?, line: Int, path: [String], file: String, environment: [String: String]
  ) throws(ServiceError) {
    self.file = file
    self.path = path
    self.environment = environment
    guard let node, !node.isNull else {
      entries = []
      return
    }
    guard let mapping = node.mapping else {
      let name = path.isEmpty ? "" : " \(path.joined(separator: "."))"
      throw ServiceError(.configuration, "\(file):\(line):\(name) has to be keys and values")
    }
    entries = mapping.map { pair in
      (pair.key.scalar?.string ?? "?", pair.key.mark?.line ?? line, pair.value)
    }
  }

  /// The mapping under a key.
  mutating func section(_ key: String) throws(ServiceError) -> ConfigurationSection {
    known.append(key)
    let entry = entries.first { $0.key == key }
    return try ConfigurationSection(
      entry?.node, line: entry?.line ?? 1, path: path + [key], file: file,
      environment: environment)
  }

  mutating func string(_ key: String) throws(ServiceError) -> String? {
    try scalar(key)?.text
  }

  /// A list, or one value that stands for a list of one; in the environment, separated by commas.
  mutating func strings(_ key: String) throws(ServiceError) -> [String]? {
    let entry = entries.first { $0.key == key }
    guard environment[variable(key)] == nil, let sequence = entry?.node.sequence else {
      return try scalar(key)?.text.split { $0 == "," || $0 == " " }.map(String.init)
    }
    known.append(key)
    var values: [String] = []
    for node in sequence {
      guard let text = node.scalar?.string else {
        throw ServiceError(.configuration, "\(file):\(entry!.line): \(key) has to be a list")
      }
      values.append(text)
    }
    return values
  }

  mutating func integer(
    _ key: String, in range: ClosedRange<Int>
  ) throws(ServiceError) -> Int? {
    guard let (text, place) = try scalar(key) else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw ServiceError(
        .configuration,
        "\(place): \"\(text)\" is not a whole number from \(range.lowerBound) to "
          + "\(range.upperBound)")
    }
    return value
  }

  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, among: Choice.Type
  ) throws(ServiceError) -> Choice? where Choice.RawValue == String {
    guard let (text, place) = try scalar(key) else { return nil }
    guard let value = Choice(rawValue: text) else {
      let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw ServiceError(.configuration, "\(place): \"\(text)\" is none of \(choices)")
    }
    return value
  }

  /// - Throws: ``ServiceError`` for the first key that nobody asked for.
  func finish() throws(ServiceError) {
    guard let entry = entries.first(where: { !known.contains($0.key) }) else { return }
    let name = (path + [entry.key]).joined(separator: ".")
    throw ServiceError(
      .configuration,
      "\(file):\(entry.line): there is no setting \(name); known here are "
        + known.joined(separator: ", "))
  }

  /// A value as text, and where it stands.
  private mutating func scalar(_ key: String) throws(ServiceError) -> (text: String, place: String)?
  {
    known.append(key)
    if let text = environment[variable(key)] { return (text, variable(key)) }
    guard let entry = entries.first(where: { $0.key == key }), !entry.node.isNull else {
      return nil
    }
    let place = "\(file):\(entry.line): \((path + [key]).joined(separator: "."))"
    guard let text = entry.node.scalar?.string else {
      throw ServiceError(.configuration, "\(place) has to be one value")
    }
    return (text, place)
  }

  private func variable(_ key: String) -> String {
    "CAPTIONMESH_" + (path + [key]).joined(separator: "_").uppercased()
  }

  /// How many aliases a text may have: asterisks that begin a word.
  private static func aliases(in yaml: String) -> Int {
    var count = 0
    var last = UInt8(ascii: " ")
    for byte in yaml.utf8 {
      if byte == UInt8(ascii: "*"), last <= 0x20 || ",[{?:-".utf8.contains(last) { count += 1 }
      last = byte
    }
    return count
  }

  private static func describe(_ error: any Error) -> String {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      "\(mark.line): \(problem)"
    case .duplicatedKeysInMapping(let duplicates, let context):
      "\(context.mark.line): the keys \(duplicates.joined(separator: ", ")) come twice"
    default: " \(error)"
    }
  }
}

extension Node {
  /// Whether nothing stands after the key.
  fileprivate var isNull: Bool { scalar.map { ["", "~", "null"].contains($0.string) } ?? false }
}
