import ArgumentParser
import FoundationEssentials
import ServiceKit
import Supervision

/// `captionmesh mesh logs`.
struct LogsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "Show what the mesh's processes have logged.")

  @Argument(help: "A process, such as encoder-1 or dispatcher; by default all.")
  var name: String?

  @Option(name: .shortAndLong, help: "Lines of each process.")
  var lines = 20

  @Flag(name: .shortAndLong, help: "Go on with what is logged from now on.")
  var follow = false

  func run() async throws {
    let directory = RuntimeDirectory.default
    let known = names(directory)
    if let name, !known.contains(name) {
      throw ValidationError(
        "there is no log of “\(name)” in \(directory.logs); there are \(known.joined(separator: ", "))"
      )
    }
    let shown = name.map { [$0] } ?? known
    for name in shown {
      for line in LogTail.lines(lines, of: directory.log(of: name)) { print("\(name): \(line)") }
    }
    if !follow { return }
    var tails = Dictionary(
      uniqueKeysWithValues: shown.map { ($0, LogTail(following: directory.log(of: $0))) })
    while true {
      for name in tails.keys.sorted() {
        for line in tails[name]!.newLines() { print("\(name): \(line)") }
      }
      try await Task.sleep(for: .milliseconds(200))
    }
  }

  private func names(_ directory: RuntimeDirectory) -> [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: directory.logs)) ?? []
    return files.filter { $0.hasSuffix(".log") }.map { String($0.dropLast(4)) }.sorted()
  }
}
