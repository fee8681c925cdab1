import Foundation

/// What the gateway is tested with.
enum GatewayClients {
  /// The Python that Deploy/setup --tests has equipped.
  static let python = Programs.python.replacing("/python/", with: "/test-python/")

  static let areThere =
    FileManager.default.isExecutableFile(atPath: python)
    && FileManager.default.isExecutableFile(atPath: "/usr/bin/chromium")

  /// The photographs that Deploy/setup fetches.
  static let samples = Programs.python.replacing("/python/bin/python3", with: "/samples")

  /// Debian's own, or the one that Deploy/setup has taken out of its package.
  static let promtool = [
    "/usr/bin/promtool", Programs.python.replacing("/python/bin/python3", with: "/bin/promtool"),
  ].first { FileManager.default.isExecutableFile(atPath: $0) }
}
