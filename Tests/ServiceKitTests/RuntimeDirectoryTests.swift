import Glibc
import ServiceKit
import Testing

@Suite struct RuntimeDirectoryTests {
  /// Calls the body with a path where nothing is yet, and removes what is made there.
  private func withPath(_ body: (String) throws -> Void) throws {
    let number = UInt64.random(in: 0...UInt64.max)
    let path = "/tmp/captionmesh-test-\(String(number, radix: 36))"
    defer {
      for name in ["logs", "processes"] { _ = unsafe rmdir("\(path)/\(name)") }
      _ = unsafe unlink(path)
      _ = unsafe rmdir(path)
    }
    try body(path)
  }

  @Test(
    arguments: [
      (["CAPTIONMESH_RUNTIME": "/a", "XDG_RUNTIME_DIR": "/b"], "/a"),
      (["CAPTIONMESH_RUNTIME": "here"], "/home/user/here"),
      (["CAPTIONMESH_RUNTIME": "", "XDG_RUNTIME_DIR": "/b"], "/b/captionmesh"),
      ([:], "/tmp/captionmesh-\(geteuid())"),
    ] as [([String: String], String)])
  func followsTheEnvironment(environment: [String: String], path: String) {
    let directory = RuntimeDirectory(
      environment: environment, workingDirectory: "/home/user")
    #expect(directory.path == path)
  }

  @Test func isForTheUserAlone() throws {
    try withPath { path in
      let directory = RuntimeDirectory(path: path)
      #expect(!directory.exists)
      try directory.create()
      #expect(directory.exists)
      var information = stat()
      _ = unsafe stat(path, &information)
      #expect(information.st_mode & 0o777 == 0o700)
      try directory.create()
      _ = unsafe chmod(path, 0o755)
      let error = #expect(throws: ServiceError.self) { try directory.create() }
      #expect(error?.message.contains("chmod 700 \(path)") == true)
    }
  }

  @Test func refusesALinkToADirectory() throws {
    try withPath { path in
      _ = unsafe symlink("/tmp", path)
      #expect(throws: ServiceError.self) { try RuntimeDirectory(path: path).create() }
    }
  }

  @Test func saysWhatToDoWhenTheDirectoryCannotBeMade() {
    let error = #expect(throws: ServiceError.self) {
      try RuntimeDirectory(path: "/nowhere/at/all").create()
    }
    #expect(error?.code == .runtimeDirectory)
    #expect(error?.message.contains("CAPTIONMESH_RUNTIME") == true)
  }

  @Test func refusesPathsThatAreTooLongForSockets() throws {
    let longest = RuntimeDirectory(path: "/tmp/" + String(repeating: "x", count: 86))
    #expect(try longest.supervisorAddress.utf8.count == "ipc://".utf8.count + 107)
    let error = #expect(throws: ServiceError.self) {
      try RuntimeDirectory(path: longest.path + "x").create()
    }
    #expect(error?.code == .runtimeDirectory)
  }
}
