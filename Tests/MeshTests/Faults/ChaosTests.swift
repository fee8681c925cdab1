import Foundation
import Testing

@Suite(
  "A mesh that can be left alone", .serialized,
  .enabled(if: Programs.canServe, "needs Deploy/setup and Deploy/build"))
struct ChaosTests {
  /// The default run; `CAPTIONMESH_CHAOS_MINUTES` makes it longer.
  private var minutes: String {
    ProcessInfo.processInfo.environment["CAPTIONMESH_CHAOS_MINUTES"] ?? "2"
  }

  @Test("nothing is lost, wrong or answered twice while processes die, hang and come back")
  func chaos() async throws {
    // Photographs where there are any, and synthetic pictures elsewhere.
    let images = Programs.flickr8k.map { ["--images", $0.appending(path: "images").path] } ?? []
    let run = try await Run.of("captionmesh", ["mesh", "chaos", "--minutes", minutes] + images)
    print(run.output)
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test("under ten times what it can do the mesh goes on, says no at once and stays small")
  func overload() async throws {
    let run = try await Run.of("captionmesh", ["mesh", "chaos", "--overload", "--minutes", "0.5"])
    print(run.output)
    #expect(run.status == 0, "\(run.errors)")
  }
}
