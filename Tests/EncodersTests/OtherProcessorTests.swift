import Foundation
import Testing

/// Processors with less than this one has: oneDNN reads the limit when a process starts, so the tests
/// of precisions run once more in a process of their own.
@Suite struct OtherProcessorTests {
  private static let isInner = ProcessInfo.processInfo.environment["ONEDNN_MAX_CPU_ISA"] != nil

  @Test(.enabled(if: !isInner, "is such a process itself"))
  func precisionsHoldWithoutAVX512() throws {
    let process = Process()
    process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    var arguments = Array(CommandLine.arguments.dropFirst())
    while let place = arguments.firstIndex(of: "--filter") {
      arguments.removeSubrange(place...min(place + 1, arguments.count - 1))
    }
    process.arguments = arguments + ["--filter", "PrecisionTests"]
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["ONEDNN_MAX_CPU_ISA": "AVX2"]) { $1 }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(
      process.terminationStatus == 0,
      "ONEDNN_MAX_CPU_ISA=AVX2 swift test --filter PrecisionTests shows what failed")
  }
}
