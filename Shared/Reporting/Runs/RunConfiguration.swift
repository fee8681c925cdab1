/// A run's `config.json`: what was trained, on what, and how.
struct RunConfiguration: Sendable, Decodable {
  struct Encoder: Sendable, Decodable {
    var name: String?
    var preprocessing: JSONValue?
    var grid: JSONValue?
  }

  var name: String?
  var command: String?
  var data: JSONValue?
  var seed: JSONValue?
  var decoder: JSONValue?
  var encoder: Encoder?
  /// The words, or how many they are.
  var vocabulary: JSONValue?
  /// What `best.safetensors` was chosen by.
  var selection: String?
  var parameters: Double?
  var training: JSONValue?
  var initial: String?
  var finetuned: JSONValue?

  /// Options that do not change what is learned, and those that a group of seeds varies.
  private static let apart: Set<String> = ["seed", "threads", "output", "resume"]

  /// Every parameter by its name, the seed left out.
  var parametersByName: [String: String] {
    var all: [String: String] = [:]
    if let decoder { all.merge(decoder.flattened("decoder")) { first, _ in first } }
    if let training { all.merge(training.flattened("training")) { first, _ in first } }
    all = all.filter { key, _ in
      !Self.apart.contains(key.split(separator: ".").last.map(String.init) ?? key)
    }
    if let encoder {
      all["encoder"] = encoder.name ?? "–"
      if let preprocessing = encoder.preprocessing { all["preprocessing"] = preprocessing.text }
      if let grid = encoder.grid { all["grid"] = grid.text }
    }
    if let data { all["data"] = data.text }
    switch vocabulary {
    case .array(let words): all["vocabulary words"] = "\(words.count)"
    case .number: all["vocabulary words"] = vocabulary?.text
    default: break
    }
    if let selection { all["checkpoint chosen by"] = selection }
    if let parameters { all["parameters"] = "\(Int(exactly: parameters.rounded()) ?? 0)" }
    all["encoder layers trained"] = finetuned.map { $0 == .null ? "none" : $0.text } ?? "none"
    // Each seed begins from a checkpoint of its own.
    all["begins from"] = initial == nil ? "new weights" : "a trained model"
    return all
  }

  /// `tell`, `attend` or `adaptive`; nil when the file does not say.
  var architecture: String? {
    guard case .object(let values)? = decoder, case .string(let name)? = values["architecture"]
    else { return nil }
    return name
  }
}
