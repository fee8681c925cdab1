import Foundation

/// One parser and the inputs that fuzzing it begins with.
struct FuzzTarget: Sendable {
  let name: String
  /// Bytes of the longest input that is tried.
  let maximumLength: Int
  /// Whether the parser is a library of others that leaks a little, and asks for as much memory as
  /// a file says, which then it does not get: bounds are on the whole process.
  var isForeign = false
  /// What stands in such inputs: put in by mutations as a whole.
  var tokens: [String] = []
  /// Sound inputs.
  let seeds: @Sendable () throws -> [[UInt8]]
  /// Parses an input and touches all that came of it. Errors are what is expected.
  let parse: @Sendable (RawSpan) throws -> Void

  /// Runs one input. An error is a fine answer, and must be able to say what it is.
  ///
  /// Time is the processor's, since other programs may hold this one up.
  func run(_ bytes: RawSpan) {
    let start = Self.processorTime()
    defer {
      precondition(Self.processorTime() - start < .seconds(10), "one input takes ten seconds")
    }
    do {
      try parse(bytes)
      if Self.saysOutcome { print("\(name): understood") }
    } catch {
      let message = "\(error)"
      precondition(!message.isEmpty)
      if Self.saysOutcome { print("\(name): refused: \(message)") }
    }
  }

  private static func processorTime() -> Duration { .microseconds(clock()) }

  /// Whether each input's outcome is printed, as `run --repeat` wants it.
  private static let saysOutcome =
    ProcessInfo.processInfo.environment["FUZZ_OUTCOMES"] != nil

  /// Writes a file for each seed and `NAME.dict` beside the folder for the tokens.
  func writeSeeds(to folder: String) throws {
    let place = URL(filePath: folder)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    for (index, seed) in try seeds().enumerated() where seed.count <= maximumLength {
      try Data(seed).write(to: place.appending(path: "seed-\(index)"))
    }
    let lines = tokens.map { token in
      let bytes = token.utf8.map { byte in
        let digits = String(byte, radix: 16)
        return "\\x" + (digits.count == 1 ? "0" : "") + digits
      }
      return "\"\(bytes.joined())\"\n"
    }
    try Data(lines.joined().utf8).write(to: URL(filePath: folder + ".dict"))
  }
}

/// The bytes of a file that `write` makes at the path that it is given.
func made(_ write: (String) throws -> Void) throws -> [UInt8] {
  let place = FileManager.default.temporaryDirectory.appending(path: "fuzz-\(UUID().uuidString)")
  defer { try? FileManager.default.removeItem(at: place) }
  try write(place.path)
  return [UInt8](try Data(contentsOf: place))
}

/// The repository's fixtures.
enum Fixtures {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures")

  /// The contents of the files under a folder of fixtures whose names end so.
  static func files(_ place: String, endingIn endings: String...) throws -> [[UInt8]] {
    let place = folder.appending(path: place)
    let names = try FileManager.default.contentsOfDirectory(atPath: place.path)
    return try names.sorted().filter { name in endings.contains { name.hasSuffix($0) } }.map {
      [UInt8](try Data(contentsOf: place.appending(path: $0)))
    }
  }
}

extension RawSpan {
  /// The byte at a place within.
  func byte(_ offset: Int) -> UInt8 {
    precondition(offset >= 0 && offset < byteCount)
    return unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }
}
