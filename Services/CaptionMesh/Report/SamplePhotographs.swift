import FoundationEssentials

/// The photographs that `Deploy/setup` fetched.
enum SamplePhotographs {
  /// Six of them, in the order of their names; none where there are none.
  static var paths: [String] {
    let environment = ProcessInfo.processInfo.environment
    let data =
      environment["XDG_DATA_HOME"] ?? environment["HOME"].map { $0 + "/.local/share" } ?? ""
    let folder = data + "/captionmesh/samples"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { name in
      ImagePaths.extensions.contains(name.split(separator: ".").last?.lowercased() ?? "")
    }.sorted().prefix(6).map { "\(folder)/\($0)" }
  }
}
