import Foundation
import Testing

@Suite(
  "Folders of photographs", .serialized, .timeLimit(.minutes(3)),
  .enabled(if: Programs.canServe, "needs Deploy/setup and Deploy/build"))
struct FolderTests {
  private let photograph = URL(
    filePath: Programs.repository.path + "/Tests/Fixtures/Imaging/jpeg-420.jpg")

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(
      at: folder.appending(path: "below"), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private func text(_ file: URL) -> String? { try? String(contentsOf: file, encoding: .utf8) }

  private func appears(_ file: URL, while running: Running) {
    running.appears(file.path)
    #expect(FileManager.default.fileExists(atPath: file.path), "\(running.output)")
  }

  @Test("get their sidecars once, and nothing that is there is touched")
  func once() throws {
    let mesh = try TestMesh(["--encoders", "1"])
    try withFolder { folder in
      let good = folder.appending(path: "a <b> & c.jpg")
      let known = folder.appending(path: "below/known.jpg")
      for file in [good, known] { try FileManager.default.copyItem(at: photograph, to: file) }
      try Data("no photograph".utf8).write(to: folder.appending(path: "bad.png"))
      try Data("mine".utf8).write(to: folder.appending(path: "below/known.xmp"))

      let watch = ["watch", folder.path, "--recursive", "--once", "--json", "--sidecar"]
      let run = try mesh.run(watch + ["xmp"])
      #expect(run.status == 1, "\(run.errors)")
      #expect(run.errors.contains("1 captioned, 1 failed"), "\(run.errors)")
      let caption = try #require(run.objects.compactMap { $0["caption"] as? String }.first)
      #expect(text(folder.appending(path: "below/known.xmp")) == "mine")
      #expect(try Data(contentsOf: good) == Data(contentsOf: photograph))
      let read = """
        import sys, xml.etree.ElementTree as tree
        rdf = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
        li = tree.parse(sys.argv[1]).getroot().find(
            f"{rdf}RDF/{rdf}Description/{{http://purl.org/dc/elements/1.1/}}description/{rdf}Alt/{rdf}li")
        assert li.get("{http://www.w3.org/XML/1998/namespace}lang") == "x-default"
        print(li.text)
        """
      let sidecar = folder.appending(path: "a <b> & c.xmp").path
      #expect(try Run(Programs.python, ["-c", read, sidecar]).output == caption + "\n")

      try FileManager.default.removeItem(at: folder.appending(path: "bad.png"))
      let again = try mesh.run(watch + ["xmp"])
      #expect(again.status == 0 && again.objects.isEmpty, "\(again.errors)")
      #expect(try mesh.run(watch + ["txt"]).status == 0)
      #expect(text(folder.appending(path: "a <b> & c.jpg.txt")) == caption + "\n")
    }
  }

  @Test("are captioned as they come, through the death of the dispatcher, until a signal")
  func always() throws {
    let mesh = try TestMesh(["--encoders", "1"])
    try withFolder { folder in
      let watch = try mesh.start(["watch", folder.path, "--recursive", "--sidecar", "json"])
      try FileManager.default.copyItem(at: photograph, to: folder.appending(path: "a.jpg"))
      appears(folder.appending(path: "a.jpg.json"), while: watch)

      let dispatcher = try #require(try mesh.status().object?["pid"] as? Int)
      #expect(kill(Int32(dispatcher), SIGKILL) == 0)
      // In parts, closed in between, as some programs write.
      let whole = try Data(contentsOf: photograph)
      let slow = folder.appending(path: "below/b.jpg")
      try whole.prefix(100).write(to: slow)
      let handle = try FileHandle(forWritingTo: slow)
      try handle.seekToEnd()
      try handle.write(contentsOf: whole.dropFirst(100))
      try handle.close()
      appears(folder.appending(path: "below/b.jpg.json"), while: watch)

      watch.process.terminate()
      let run = watch.wait()
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.errors.contains("2 captioned, 0 failed"), "\(run.errors)")
      #expect(run.objects.count == 2)
    }
  }

  @Test("wait for a mesh that is away, and a signal ends the waiting")
  func away() throws {
    try withFolder { folder in
      let nowhere = ["CAPTIONMESH_RUNTIME": "/tmp/cm-none-\(UUID().uuidString.prefix(8))"]
      let once = try Run("captionmesh", ["watch", folder.path, "--once"], environment: nowhere)
      #expect(once.status == 0, "there is nothing to do: \(once.errors)")
      try FileManager.default.copyItem(at: photograph, to: folder.appending(path: "a.jpg"))
      let tryAgain = try Run("captionmesh", ["watch", folder.path, "--once"], environment: nowhere)
      #expect(tryAgain.status == 75, "\(tryAgain.errors)")
      let gone = try Run("captionmesh", ["watch", folder.path + "/gone"], environment: nowhere)
      #expect(gone.status == 1)
      #expect(gone.errors.contains("\(folder.path)/gone: is not a folder"))
    }
  }

  @Test("become a contact sheet, in their order, with those that have no caption")
  func sheet() throws {
    let mesh = try TestMesh(["--encoders", "1"])
    try withFolder { folder in
      var paths: [String] = []
      for name in ["1.jpg", "2 <i>.jpg", "3.jpg"] {
        let file = folder.appending(path: name)
        try FileManager.default.copyItem(at: photograph, to: file)
        paths.append(file.path)
      }
      let missing = folder.path + "/missing & gone.jpg"
      let page = folder.appending(path: "sheet.html")
      let run = try mesh.run(
        ["stream", "--json", paths[0], missing, paths[1], paths[2], "--html", page.path])
      #expect(run.status == 1)
      let html = try #require(text(page), "\(run.errors)")
      let places = ["1.jpg", "missing &amp; gone.jpg", "2 &lt;i&gt;.jpg", "3.jpg"].map { name in
        html.range(of: "quiet\">\(folder.path)/\(name)</p>")?.lowerBound
      }
      #expect(places.allSatisfy { $0 != nil })
      #expect(places.compactMap(\.self) == places.compactMap(\.self).sorted())
      #expect(html.contains("<h1>4 photographs</h1>") && html.contains("1 could not be captioned"))
      #expect(html.components(separatedBy: "data-map=").count > 6)
      let unwritable = try mesh.run(["stream", paths[0], "--html", "/nowhere/sheet.html"])
      #expect(unwritable.status == 1 && unwritable.output.isEmpty)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
          == ["1.jpg", "2 <i>.jpg", "3.jpg", "below", "sheet.html"])
    }
  }
}
