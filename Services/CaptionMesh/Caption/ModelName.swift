/// What people call the models of a command: as little of their paths as tells them apart.
enum ModelName {
  /// A run's checkpoint is called as its folder; any other as its file.
  static func names(of paths: [String]) -> [String] {
    let short = paths.map { path in
      let parts = path.split(separator: "/")
      guard let file = parts.last else { return path }
      let name = file.split(separator: ".").first.map(String.init) ?? String(file)
      return ["best", "last"].contains(name) && parts.count > 1
        ? "\(parts[parts.count - 2])/\(name)" : name
    }
    return Set(short).count == short.count ? short : paths
  }
}
