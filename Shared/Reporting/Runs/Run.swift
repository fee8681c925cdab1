internal import FoundationEssentials

/// What a run folder holds. Files that are missing are listed, files that are malformed are errors.
public struct Run: Sendable {
  public let folder: String
  public let name: String
  var configuration: RunConfiguration?
  var log: RunLog?
  var scores: TestScores?
  var captions: [TestCaption]?
  /// The names of files that are not there.
  public private(set) var missing: [String] = []
  /// The checkpoint to caption with, where there is one.
  public private(set) var checkpoint: String?

  /// Reads a run folder.
  ///
  /// - Throws: ``ReportError``, which names the file.
  public init(folder path: String) throws(ReportError) {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    folder = path
    var isFolder = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder else {
      throw ReportError(
        .missing, "\(path): is no folder; name run folders of `captionmesh train`")
    }
    configuration = try Self.decode("\(path)/config.json")
    log = try RunLog.read("\(path)/log.csv")
    scores = try Self.decode("\(path)/test.json")
    captions = try Self.decode("\(path)/test-captions.json")
    if let flaw = scores?.flaw {
      throw ReportError(.malformed, "\(path)/test.json: \(flaw)")
    }
    name = configuration?.name ?? path.split(separator: "/").last.map(String.init) ?? path
    let best = "\(path)/best.safetensors"
    checkpoint = FileManager.default.fileExists(atPath: best) ? best : nil
    // An ensemble has scores alone.
    let isEnsemble = scores?.members != nil
    for (file, isThere) in [
      ("config.json", isEnsemble || configuration != nil), ("log.csv", isEnsemble || log != nil),
      ("test.json", scores != nil), ("test-captions.json", captions != nil),
      ("best.safetensors", isEnsemble || checkpoint != nil),
    ] where !isThere { missing.append(file) }
    if missing.count == 5 {
      throw ReportError(
        .missing,
        "\(path): holds none of \(missing.joined(separator: ", ")); is it a run folder of "
          + "`captionmesh train`?")
    }
  }

  private static func decode<Value: Decodable>(_ path: String) throws(ReportError) -> Value? {
    guard let data = try WholeFile.read(path) else { return nil }
    do {
      return try JSONDecoder().decode(Value.self, from: data)
    } catch let error as DecodingError {
      throw ReportError(.malformed, "\(path): \(Self.reason(error))")
    } catch {
      throw ReportError(.malformed, "\(path): is not JSON")
    }
  }

  private static func reason(_ error: DecodingError) -> String {
    func place(_ context: DecodingError.Context) -> String {
      let keys = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
      return keys.isEmpty ? "the file" : keys.joined(separator: ".")
    }
    return switch error {
    case .keyNotFound(let key, let context): "\(place(context)) has no “\(key.stringValue)”"
    case .typeMismatch(let type, let context): "\(place(context)) is not of type \(type)"
    case .valueNotFound(let type, let context): "\(place(context)) is null, expected \(type)"
    case .dataCorrupted(let context): "\(place(context)) is no sound JSON"
    @unknown default: "cannot be read"
    }
  }
}
