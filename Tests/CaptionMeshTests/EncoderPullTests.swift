import ArgumentParser
import Encoders
import Foundation
import Testing
import WeightFiles

@testable import CaptionMesh

@Suite("captionmesh encoder pull")
struct EncoderPullTests {
  /// Weights that Deploy/setup has fetched, if it has run.
  private static let weights: URL? = {
    let data =
      ProcessInfo.processInfo.environment["XDG_DATA_HOME"]
      ?? "\(NSHomeDirectory())/.local/share"
    let file = URL(filePath: data).appending(
      path: "captionmesh/downloads/efficientnet-lite2-9656183e.pth")
    return FileManager.default.fileExists(atPath: file.path) ? file : nil
  }()

  private func withPull(_ body: (EncoderPull, URL) throws -> Void) throws {
    let weights = try #require(Self.weights)
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "captionmesh-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(
      EncoderPull(
        architecture: .efficientNetLite2,
        weights: PublishedWeights(
          fileName: weights.lastPathComponent, address: "http://127.0.0.1:1/", credit: "someone"),
        store: EncoderStore(path: folder.path)), weights)
  }

  @Test("from a folder on a server", .enabled(if: weights != nil, "needs Deploy/setup"))
  func mirror() throws {
    try withPull { pull, weights in
      let server = Process()
      server.executableURL = URL(filePath: "/usr/bin/env")
      server.arguments = [
        "python3", "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory",
        weights.deletingLastPathComponent().path,
      ]
      let output = Pipe()
      server.standardOutput = output
      server.standardError = FileHandle.nullDevice
      try server.run()
      // SIGTERM would not do: a child ignores it while tests in this process have it ignored.
      defer { kill(server.processIdentifier, SIGKILL) }
      // Serving HTTP on 127.0.0.1 port 41235 (…) ...
      let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
      let port = try #require(line.firstMatch(of: /port (\d+)/)?.1)
      let entry = try pull.run(from: "http://127.0.0.1:\(port)/")
      #expect(entry.identity.name == "efficientnet-lite2")
      #expect(entry.sourceHash.hasPrefix("9656183e"))
      #expect(entry.credit == "someone")
      #expect(try pull.store.verify("efficientnet-lite2") == entry)
      let left = try FileManager.default.contentsOfDirectory(
        atPath: pull.store.path + "/downloads")
      #expect(left.isEmpty)
    }
  }

  @Test(
    "from a file, whatever its name, of the right hash",
    .enabled(if: weights != nil, "needs Deploy/setup"))
  func file() throws {
    try withPull { pull, weights in
      let entry = try pull.run(from: weights.path, name: "mine")
      #expect(entry.identity.name == "mine")
      var other = pull.weights
      other.fileName = "efficientnet-lite2-0656183e.pth"
      let wrong = EncoderPull(
        architecture: pull.architecture, weights: other, store: pull.store)
      #expect { try wrong.run(from: weights.path) } throws: {
        "\($0)".contains("begin with 0656183e")
      }
    }
  }

  @Test(
    "wrong usage",
    arguments: [["efficientnet-lite2"], ["resnet7"], ["resnet18", "--stall-timeout", "0"]])
  func usage(arguments: [String]) {
    let error = #expect(throws: (any Error).self) {
      try CaptionMesh.parseAsRoot(["encoder", "pull"] + arguments)
    }
    if let error { #expect(CaptionMesh.exitCode(for: error) == .validationFailure) }
  }
}
