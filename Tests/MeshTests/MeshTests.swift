import Foundation
import Testing

@Suite(
  "The mesh as its users run it", .serialized,
  .enabled(if: Programs.canServe, "needs Deploy/setup and Deploy/build"))
struct MeshTests {
  /// Captions by image, of a stream's JSON lines.
  private func captions(_ run: Run) -> [String: String] {
    Dictionary(
      run.objects.compactMap { line in
        guard let image = line["image"] as? String, let caption = line["caption"] as? String
        else { return nil }
        return (image, caption)
      }, uniquingKeysWith: { first, _ in first })
  }

  private var fixtures: String { Programs.repository.path + "/Tests/Fixtures/Imaging" }

  @Test("bad images fail alone, each with its reason, and the stream goes on")
  func badImages() throws {
    let mesh = try TestMesh(["--encoders", "1"])
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let good = "\(fixtures)/jpeg-420.jpg"
    let whole = try Data(contentsOf: URL(filePath: good))
    func write(_ name: String, _ data: Data) throws -> String {
      let file = folder.appending(path: name)
      try data.write(to: file)
      return file.path
    }
    let bad = [
      try write("empty.jpg", Data()), try write("text.png", Data("not an image".utf8)),
      try write("short.jpg", whole.prefix(whole.count / 2)), folder.path + "/missing.jpg",
    ]
    let run = try mesh.run(["stream", "--json"] + bad + [good])
    #expect(run.status == 1)
    #expect(run.objects.count == 5)
    for path in bad {
      let line = try #require(run.objects.first { $0["image"] as? String == path })
      let error = try #require(line["error"] as? [String: String])
      #expect(error["code"] == "INVALID_ARGUMENT")
      #expect(error["message"]?.contains(path) == true, "\(error)")
    }
    #expect(captions(run).count == 1)
    #expect(run.errors.contains("1 captioned, 4 failed"))
  }

  @Test("scaling adds and removes workers while the mesh runs, and down leaves nothing")
  func scaling() throws {
    let mesh = try TestMesh(["--encoders", "1"])
    #expect(try mesh.workers(of: "encode").count == 1)
    #expect(try mesh.run(["mesh", "scale", "encoder=3"]).status == 0)
    let three = try mesh.workers(of: "encode")
    #expect(three.count == 3)
    #expect(try mesh.run(["mesh", "scale", "encoder=1"]).status == 0)
    #expect(try mesh.workers(of: "encode").count == 1)
    #expect(try mesh.run(["mesh", "down"]).status == 0)
    #expect(three.allSatisfy { kill($0, 0) != 0 })
    let sockets = (try? FileManager.default.contentsOfDirectory(atPath: mesh.runtime.path)) ?? []
    #expect(sockets.filter { $0.hasSuffix(".sock") }.isEmpty)
  }

  @Test("the mesh's encoders fill a feature cache as a local encoder does")
  func features() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let data = Programs.repository.path + "/Tests/Fixtures/Datasets"
    // Its encoder is the one that setup imports.
    let model = Programs.repository.appending(path: "Shared/Models/flickr8k-attend.safetensors")
    let mesh = try TestMesh(["--encoders", "2", "--model", model.path])
    let prepared = try mesh.run([
      "prepare", "--karpathy", "\(data)/dataset_tiny.json", "--images", "\(data)/images",
      "--output", folder.path, "--json",
    ])
    #expect(prepared.status == 0, "\(prepared.errors)")
    #expect((prepared.object?["images"] as? [String: Int])?.values.reduce(0, +) == 14)
    let make = ["features", "--data", folder.path, "--mirror", "--output"]
    for (place, options) in [("mesh.h5", ["--mesh"]), ("local.h5", ["--batch", "1"])] {
      let run = try mesh.run(make + ["\(folder.path)/\(place)"] + options)
      #expect(run.status == 0, "\(run.errors)")
    }
    let ofMesh = try Data(contentsOf: folder.appending(path: "mesh.h5"))
    let isSame = try ofMesh == Data(contentsOf: folder.appending(path: "local.h5"))
    #expect(isSame)
    let again = try mesh.run(make + ["\(folder.path)/mesh.h5", "--mesh"])
    #expect(again.status == 0 && again.output.contains("is there already"))
  }

  @Test("without a dispatcher a client hears so within five seconds, and how to start one")
  func noDispatcher() throws {
    let clock = ContinuousClock()
    let start = clock.now
    let run = try Run(
      "captionmesh", ["caption", "\(fixtures)/jpeg-420.jpg"],
      environment: ["CAPTIONMESH_RUNTIME": "/tmp/cm-none-\(UUID().uuidString.prefix(8))"])
    // Four seconds and the start of a process, on a machine that other tests keep busy.
    #expect(clock.now - start < .seconds(10))
    #expect(run.status == 75)
    #expect(run.errors.contains("dispatcher.sock"))
    #expect(run.errors.contains("mesh up"))
  }

  @Test("the Python client captions a photograph as the command does")
  func pythonClient() throws {
    let mesh = try TestMesh(["--encoders", "1"])
    let photograph = "\(fixtures)/jpeg-420.jpg"
    let script = Programs.repository.appending(path: "Deploy/clients/caption.py").path
    let run = try Run(Programs.python, [script, photograph], environment: mesh.environment)
    #expect(run.status == 0, "\(run.errors)")
    let json = try mesh.run(["caption", photograph, "--json"])
    let caption = try #require(json.object?["caption"] as? String)
    #expect(run.output.hasPrefix(caption + " ("), "\(run.output)")
  }

  @Test(
    "a checkpoint made for another encoder is refused at start, with what was expected and found")
  func foreignCheckpoint() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // The shipped checkpoint with one digit of its encoder's hash changed, as if trained elsewhere.
    let shipped = Programs.repository.appending(path: "Shared/Models/flickr8k-attend.safetensors")
    var bytes = try Data(contentsOf: shipped)
    let hash = try #require(bytes.range(of: Data("d70ac784529c21a1".utf8)))
    bytes.replaceSubrange(hash, with: Data("e70ac784529c21a1".utf8))
    let foreign = folder.appending(path: "foreign.safetensors")
    try bytes.write(to: foreign)

    let runtime = "/tmp/cm-\(UUID().uuidString.prefix(8))"
    defer { try? FileManager.default.removeItem(atPath: runtime) }
    let run = try Run(
      "captionmesh", ["mesh", "up", "--model", foreign.path],
      environment: ["CAPTIONMESH_RUNTIME": runtime])
    #expect(run.status == 1)
    #expect(run.errors.contains("expected e70ac784"), "\(run.errors)")
    #expect(run.errors.contains("found d70ac784"), "\(run.errors)")
  }

  @Test("nonsense from the network disturbs nobody")
  func nonsense() throws {
    let mesh = try TestMesh(["--encoders", "1"])
    let script = """
      import os, sys, random, zmq
      random.seed(int(sys.argv[2]))
      socket = zmq.Context().socket(zmq.DEALER)
      socket.setsockopt(zmq.LINGER, 1000)
      socket.connect(sys.argv[1])
      for _ in range(300):
          frames = [random.randbytes(random.randrange(60)) for _ in range(random.randrange(1, 5))]
          socket.send_multipart(random.choice([frames, [b""] + frames]))
      """
    let address = "ipc://\(mesh.runtime.path)/dispatcher.sock"
    let run = try Run(Programs.python, ["-c", script, address, "7"])
    #expect(run.status == 0, "\(run.errors)")
    let caption = try mesh.run(["caption", "\(fixtures)/jpeg-420.jpg"])
    #expect(caption.status == 0, "\(caption.errors)")
  }

  @Test(
    "with shared Flickr8k: an encoder that is killed in the middle loses nothing",
    .enabled(if: Programs.flickr8k != nil))
  func killedEncoder() throws {
    let photographs = try Programs.photographs(200)
    let list = photographs.joined(separator: "\n")
    let mesh = try TestMesh(["--encoders", "2"])
    let undisturbed = captions(try mesh.run(["stream", "--json", "-"], input: list))
    #expect(undisturbed.count == photographs.count)

    let stream = try mesh.start(["stream", "--json", "-"], input: list)
    while stream.output.split(separator: "\n").count < photographs.count / 2 {
      usleep(2_000)
    }
    let victim = try #require(try mesh.workers(of: "encode").first)
    #expect(kill(victim, SIGKILL) == 0)
    let run = stream.wait()
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.objects.count == photographs.count)
    #expect(captions(run) == undisturbed)
  }

  @Test(
    "with shared Flickr8k: the mesh and a single process give the same captions and scores",
    .enabled(if: Programs.flickr8k != nil))
  func meshEqualsLocal() throws {
    let flickr8k = try #require(Programs.flickr8k)
    // The first images of the test split alone, as a data set of their own.
    let whole = try JSONSerialization.jsonObject(
      with: Data(contentsOf: flickr8k.appending(path: "dataset_flickr8k.json")))
    var dataset = try #require(whole as? [String: Any])
    let images = try #require(dataset["images"] as? [[String: Any]])
    dataset["images"] = Array(images.filter { $0["split"] as? String == "test" }.prefix(60))
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let karpathy = folder.appending(path: "karpathy.json")
    try JSONSerialization.data(withJSONObject: dataset).write(to: karpathy)

    let mesh = try TestMesh(["--encoders", "2"])
    var outcomes: [(scores: String, captions: Data)] = []
    for mode in ["--mesh", "--local"] {
      let results = folder.appending(path: "results\(mode).json")
      let run = try mesh.run([
        "evaluate", mode, "--images", flickr8k.appending(path: "images").path, "--karpathy",
        karpathy.path, "--split", "test", "--json", "--results", results.path,
      ])
      try #require(run.status == 0, "\(run.errors)")
      outcomes.append((run.output, try Data(contentsOf: results)))
    }
    #expect(outcomes[0].scores == outcomes[1].scores)
    #expect(outcomes[0].captions == outcomes[1].captions)
  }
}
