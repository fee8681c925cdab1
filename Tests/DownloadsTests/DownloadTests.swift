import Foundation
import Testing
import WeightFiles

@testable import Downloads

@Suite("Downloads over HTTP from servers good and bad", .serialized, .timeLimit(.minutes(1)))
struct DownloadTests {
  private static let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
  private static let hash: String = {
    var hash = SHA256()
    unsafe hash.update(content.span.bytes)
    return hash.hexDigest()
  }()

  private let folder = FileManager.default.temporaryDirectory.appending(
    path: "captionmesh-\(UUID().uuidString)")
  private var path: String { folder.path + "/weights.pth" }

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func download(_ server: ScriptedServer) -> Download {
    var download = Download(server.address, to: path, hashPrefix: String(Self.hash.prefix(8)))
    download.pause = 0
    download.stallTimeout = 1
    download.connectTimeout = 5
    return download
  }

  private func expectDone(_ download: Download) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try download.run()
    let isWhole = try [UInt8](Data(contentsOf: URL(filePath: path))) == Self.content
    #expect(isWhole)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["weights.pth"])
  }

  private func expectFailure(
    _ download: Download, _ code: DownloadError.Code, _ words: String...
  ) {
    let error = #expect(throws: DownloadError.self) { try download.run() }
    #expect(error?.code == code)
    for word in words { #expect(error?.message.contains(word) == true, "\(error?.message ?? "")") }
    #expect(!FileManager.default.fileExists(atPath: path), "nothing is in place")
  }

  private static func whole(
    _ body: [UInt8] = content, length: Int? = content.count, etag: String? = "\"1\"",
    stalls: Bool = false
  ) -> ScriptedServer.Answer {
    .init(
      "HTTP/1.1 200 OK" + (length.map { "\r\nContent-Length: \($0)" } ?? "")
        + (etag.map { "\r\nETag: \($0)" } ?? ""), body, stalls: stalls)
  }

  private static func rest(from first: Int, etag: String = "\"1\"") -> ScriptedServer.Answer {
    .init(
      "HTTP/1.1 206 Partial Content\r\nContent-Length: \(content.count - first)\r\nETag: \(etag)"
        + "\r\nContent-Range: bytes \(first)-\(content.count - 1)/\(content.count)",
      Array(content[first...]))
  }

  /// Where a request wants to begin.
  private static func first(_ request: String) -> Int? {
    request.split(separator: "\r\n").first { $0.hasPrefix("Range: bytes=") }
      .flatMap { Int($0.dropFirst("Range: bytes=".count).dropLast()) }
  }

  @Test("a good server, with and without a length")
  func good() throws {
    for length in [Self.content.count, nil] {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let server = ScriptedServer { _, _ in Self.whole(length: length) }
      try expectDone(download(server))
      #expect(server.requests.count == 1)
    }
  }

  @Test("a redirection is followed")
  func redirection() throws {
    let server = ScriptedServer { number, _ in
      number == 0
        ? .init(
          "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 4\r\nETag: \"0\"",
          Array("gone".utf8))
        : Self.whole()
    }
    try expectDone(download(server))
  }

  @Test("what breaks off is gone on with, for the same version only")
  func breaksOff() throws {
    let server = ScriptedServer { number, request in
      if number == 0 { return Self.whole(Array(Self.content[..<100_000])) }
      guard let first = Self.first(request), request.contains("If-Range: \"1\"") else {
        return .init("HTTP/1.1 500 No")
      }
      var answer = Self.rest(from: first)
      if number == 1 { answer.bytes.removeLast(50_000) }
      return answer
    }
    try expectDone(download(server))
    #expect(server.requests.map(Self.first) == [nil, 100_000, 250_000])
  }

  @Test("a later run goes on where an earlier one failed")
  func laterRun() throws {
    let bad = ScriptedServer { _, request in
      Self.first(request) == nil
        ? Self.whole(Array(Self.content[..<70_000])) : .init("HTTP/1.1 503 Busy")
    }
    expectFailure(download(bad), .interrupted, "503")
    let server = ScriptedServer { _, request in Self.rest(from: Self.first(request) ?? 0) }
    try expectDone(download(server))
    #expect(server.requests.map(Self.first) == [70_000])
  }

  @Test("a file that has changed in the meantime is fetched anew")
  func changed() throws {
    let server = ScriptedServer { number, _ in
      number == 0 ? Self.whole([1, 2, 3], etag: "\"0\"") : Self.whole()
    }
    try expectDone(download(server))
    #expect(server.requests[1].contains("If-Range: \"0\""))
  }

  @Test("a server that ignores ranges is taken at its word")
  func ignoresRange() throws {
    let server = ScriptedServer { number, _ in
      number == 0 ? Self.whole(Array(Self.content[..<9])) : Self.whole()
    }
    try expectDone(download(server))
  }

  @Test("without a validator nothing is gone on with", arguments: [nil, "W/\"1\""])
  func noValidator(etag: String?) throws {
    let server = ScriptedServer { number, _ in
      Self.whole(number == 0 ? Array(Self.content[..<9]) : Self.content, etag: etag)
    }
    try expectDone(download(server))
    #expect(server.requests.map(Self.first) == [nil, nil])
  }

  @Test("a part that was not asked for is not put together with what is there")
  func wrongPart() throws {
    let server = ScriptedServer { number, request in
      switch number {
      case 0: Self.whole(Array(Self.content[..<1000]))
      case 1: Self.rest(from: 500)
      default: Self.whole()
      }
    }
    try expectDone(download(server))
    #expect(server.requests.map(Self.first) == [nil, 1000, nil])
  }

  @Test("nothing is missing any more: the server says that there is no such range")
  func complete() throws {
    let server = ScriptedServer { number, request in
      number == 0
        ? Self.whole(Self.content, length: Self.content.count + 5)
        : .init(
          "HTTP/1.1 416 No\r\nContent-Range: bytes */\(Self.content.count)\r\nContent-Length: 2",
          [1, 2])
    }
    try expectDone(download(server))
  }

  @Test("a server that lies about the content: the file is thrown away, both hashes are named")
  func liesAboutContent() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    var content = Self.content
    content[17] ^= 1
    let lie = content
    let server = ScriptedServer { _, _ in Self.whole(lie) }
    expectFailure(
      download(server), .mismatch, "SHA-256", "begin with \(Self.hash.prefix(8))", server.address)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test("a server that stalls is given up, and what came is kept")
  func stalls() throws {
    let bad = ScriptedServer { number, _ in
      Self.whole(number == 0 ? Array(Self.content[..<5000]) : [], stalls: true)
    }
    var slow = download(bad)
    slow.attempts = 1
    let start = ContinuousClock.now
    // The first connection brings something, the second nothing.
    expectFailure(slow, .interrupted, "too long")
    #expect(ContinuousClock.now - start < .seconds(20))
    let server = ScriptedServer { _, request in Self.rest(from: Self.first(request) ?? 0) }
    try expectDone(download(server))
  }

  @Test("a server that says no is asked once", arguments: [403, 404])
  func refuses(status: Int) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let server = ScriptedServer { _, _ in
      .init("HTTP/1.1 \(status) No\r\nContent-Length: 2", [1, 2])
    }
    expectFailure(download(server), .refused, "\(status)", "--from")
    #expect(server.requests.count == 1)
  }

  @Test("more than is taken is refused, said or not")
  func tooLong() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    for length in [Self.content.count, nil, 1 << 60] {
      let server = ScriptedServer { _, _ in Self.whole(length: length) }
      var small = download(server)
      small.maximumByteCount = 1000
      expectFailure(small, .mismatch, "more than the 1000")
    }
  }

  @Test(
    "answers that are none",
    arguments: ["", "HTTP/1.1", "nonsense", "HTTP/1.1 200 OK\r\nContent-Length: -5"])
  func nonsense(head: String) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let server = ScriptedServer { _, _ in .init(head) }
    let error = #expect(throws: DownloadError.self) { try download(server).run() }
    #expect(error != nil && !FileManager.default.fileExists(atPath: path))
  }

  @Test("addresses that are none, and places that cannot be written to")
  func addresses() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    for address in ["file:///etc/passwd", "gopher://x/", "://", "http://"] {
      expectFailure(Download(address, to: path, hashPrefix: ""), .badAddress)
    }
    let server = ScriptedServer { _, _ in Self.whole() }
    var nowhere = download(server)
    nowhere.path = folder.path + "/none/weights.pth"
    expectFailure(nowhere, .unwritable, "none/weights.pth")
    var closed = download(server)
    closed.address = "http://127.0.0.1:1/weights.pth"
    closed.attempts = 2
    expectFailure(closed, .unreachable, "127.0.0.1:1")
  }

  @Test("one process at a time")
  func locked() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let other = try PartialDownload(path)
    let server = ScriptedServer { _, _ in Self.whole() }
    expectFailure(download(server), .unwritable, "another process")
    #expect(other.byteCount == 0)
  }

  @Test("how far it is")
  func progress() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let server = ScriptedServer { _, _ in Self.whole() }
    var last = (0, Int?.none)
    try download(server).run { last = ($0, $1) }
    #expect(last == (Self.content.count, Self.content.count))
  }
}
