import Foundation
import Testing

@Suite("Training and evaluating as a user does", .serialized)
struct LaboratoryTests {
  private func contents(_ path: String) throws -> Data {
    try Data(contentsOf: URL(filePath: path))
  }

  /// The log's columns that a run decides, without those of the clock and the memory.
  private func log(_ run: String) throws -> [[Substring]] {
    try String(contentsOfFile: run + "/log.csv", encoding: .utf8).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).dropLast(3)
    }
  }

  @Test("a run that is killed in an epoch and resumed ends as one that never stopped")
  func killedAndResumed() async throws {
    let toy = try ToyLaboratory(train: 1000)
    let straight = try await Run.of("captionmesh", toy.train("straight"))
    #expect(straight.status == 0, "\(straight.errors)")
    #expect(straight.output.contains("teacher-forced BLEU-4"))

    let saving = ["--save-every", "0.0000001"]
    let killed = try Running("captionmesh", toy.train("killed", saving))
    let state = toy.file("killed/resume.safetensors")
    killed.appears(state)
    kill(killed.process.processIdentifier, SIGKILL)
    #expect(await killed.finished().status == SIGKILL)
    #expect(FileManager.default.fileExists(atPath: state))

    let resumed = try await Run.of("captionmesh", toy.train("killed", saving + ["--resume"]))
    #expect(resumed.status == 0, "\(resumed.errors)")
    for name in ["best.safetensors", "last.safetensors"] {
      #expect(
        try contents(toy.file("straight/\(name)")) == contents(toy.file("killed/\(name)")),
        "\(name)")
    }
    #expect(try log(toy.file("straight")) == log(toy.file("killed")))
    #expect(!FileManager.default.fileExists(atPath: state))

    let again = try await Run.of("captionmesh", toy.train("killed", ["--resume"]))
    #expect(again.status == 0)
    #expect(again.output.contains("is done"))
  }

  @Test("Ctrl-C saves the state, says how to go on and exits with 75")
  func interrupted() async throws {
    let toy = try ToyLaboratory(train: 1000)
    let running = try Running(
      "captionmesh", toy.train("run", ["--save-every", "0.0000001", "--epochs", "1000"]))
    let state = toy.file("run/resume.safetensors")
    running.appears(state)
    kill(running.process.processIdentifier, SIGINT)
    let run = await running.finished()
    #expect(run.status == 75)
    #expect(run.errors.contains("--resume goes on from \(state)"))
  }

  @Test("a run folder holds what report reads, and a run is not overwritten unasked")
  func runFolder() async throws {
    let toy = try ToyLaboratory()
    #expect(try await Run.of("captionmesh", toy.train("run")).status == 0)
    let folder = toy.file("run")
    for name in ["config.json", "curves.svg", "curves.png", "best.safetensors"] {
      #expect(try !contents("\(folder)/\(name)").isEmpty, "\(name)")
    }
    let test = try await Run.of(
      "captionmesh",
      [
        "evaluate", "--karpathy", toy.karpathy, "--features", toy.cache, "--run", folder, "--beam",
        "1,3,5", "--results", toy.file("results.json"),
      ])
    #expect(test.status == 0, "\(test.errors)")
    #expect(test.output.contains("CIDEr-D"))
    let scores = try #require(
      try JSONSerialization.jsonObject(with: contents("\(folder)/test.json")) as? [String: Any])
    let beams = try #require(scores["beams"] as? [[String: Any]])
    #expect(beams.map { $0["beam"] as? Int } == [1, 3, 5])
    #expect(beams.allSatisfy { ($0["bleu"] as? [Double])?.count == 4 })
    let captions = try #require(
      try JSONSerialization.jsonObject(with: contents("\(folder)/test-captions.json"))
        as? [[String: Any]])
    #expect(captions.count == 6)
    #expect(captions.allSatisfy { $0["reference_length"] is Double })

    let report = try await Run.of(
      "captionmesh", ["report", folder, "--output", toy.file("report.md")])
    #expect(report.status == 0, "\(report.errors)")
    let bleu4 = try #require((beams[1]["bleu"] as? [Double])?[3])
    let text = try String(contentsOfFile: toy.file("report.md"), encoding: .utf8)
    #expect(text.contains(String(format: "%.4f", bleu4)))

    let before = try contents("\(folder)/last.safetensors")
    let refused = try await Run.of("captionmesh", toy.train("run", ["--seed", "2"]))
    #expect(refused.status == 1)
    #expect(refused.errors.contains("--overwrite"))
    #expect(try contents("\(folder)/last.safetensors") == before)
  }

  @Test("models that go on, learn from rewards and caption together")
  func chains() async throws {
    let toy = try ToyLaboratory()
    #expect(
      try await Run.of("captionmesh", toy.train("tell", ["--architecture", "tell"])).status == 0)
    #expect(
      try await Run.of("captionmesh", toy.train("adaptive", ["--architecture", "adaptive"])).status
        == 0)
    let critical = try await Run.of(
      "captionmesh",
      toy.train(
        "critical",
        ["--initial", toy.file("tell/best.safetensors"), "--objective", "self-critical"]))
    #expect(critical.status == 0, "\(critical.errors)")
    #expect(critical.output.contains("reward"))
    let ensemble = try await Run.of(
      "captionmesh",
      [
        "evaluate", "--karpathy", toy.karpathy, "--features", toy.cache, "--json", "--model",
        toy.file("critical/best.safetensors"), "--model", toy.file("adaptive/best.safetensors"),
        "--record", toy.file("ensemble"),
      ])
    #expect(ensemble.status == 0, "\(ensemble.errors)")
    #expect(ensemble.object?["cider"] is Double)
    #expect(FileManager.default.fileExists(atPath: toy.file("ensemble/test.json")))
  }

  @Test(
    "an encoder learns along and is found beside the model (needs the encoder that setup imports)",
    .enabled(if: Programs.canServe))
  func fineTuning() async throws {
    let toy = try ToyLaboratory()
    let photographs = Programs.repository.appending(path: "Tests/Fixtures/Datasets/images").path
    let files = try FileManager.default.contentsOfDirectory(atPath: photographs)
      .filter { $0.hasSuffix(".jpg") }.sorted()
    try #require(files.count > 3)
    let splits = ["val", "test"] + files.dropFirst(2).map { _ in "train" }
    try toy.writeKarpathy(
      zip(files, splits).map { (file: $0, split: $1, captions: ["a photograph", "one picture"]) })
    let data = ["--karpathy", toy.karpathy, "--images", photographs]
    let size = ["--hidden", "16", "--embedding", "8", "--attention", "8", "--threads", "2"]
    let training = try await Run.of(
      "captionmesh",
      ["train", "--output", toy.file("run"), "--encoder", "efficientnet-lite2"] + data + size
        + [
          "--finetune", "2", "--crop", "0.7", "--min-word-frequency", "0", "--epochs", "1",
          "--batch", "2",
        ])
    #expect(training.status == 0, "\(training.errors)")
    #expect(training.output.contains("of the encoder"))

    let evaluation = try await Run.of(
      "captionmesh", ["evaluate", "--run", toy.file("run"), "--threads", "2"] + data)
    #expect(evaluation.status == 0, "\(evaluation.errors)")
    let caption = try await Run.of(
      "captionmesh",
      [
        "caption", "\(photographs)/\(files[0])", "--local", "--model",
        toy.file("run/best.safetensors"),
      ])
    #expect(caption.status == 0, "\(caption.errors)")

    // A model that goes on from it on cached features brings the encoder along.
    let features = try await Run.of(
      "captionmesh",
      [
        "features", "--store", toy.file("run"), "--encoder", "best-encoder", "--crops", "2",
        "--output", toy.file("tuned.h5"), "--threads", "2",
      ] + data)
    #expect(features.status == 0, "\(features.errors)")
    let critical = try await Run.of(
      "captionmesh",
      [
        "train", "--karpathy", toy.karpathy, "--features", toy.file("tuned.h5"), "--output",
        toy.file("critical"), "--initial", toy.file("run/best.safetensors"), "--objective",
        "self-critical", "--epochs", "1", "--threads", "2",
      ])
    #expect(critical.status == 0, "\(critical.errors)")
    #expect(critical.output.contains("in 3 views"))
    let next = try await Run.of(
      "captionmesh", ["evaluate", "--run", toy.file("critical"), "--threads", "2"] + data)
    #expect(next.status == 0, "\(next.errors)")

    // The tuned encoder, and the model with it, go on with a larger input; a frozen one may not.
    let larger = try await Run.of(
      "captionmesh",
      [
        "encoder", "import", toy.file("run/best-encoder.safetensors"), "--architecture",
        "efficientnet-lite2", "--name", "larger", "--input-size", "288", "--store",
        toy.file("store"),
      ])
    #expect(larger.status == 0, "\(larger.errors)")
    let goOn =
      [
        "train", "--output", toy.file("larger"), "--store", toy.file("store"), "--encoder",
        "larger", "--initial", toy.file("run/best.safetensors"), "--epochs", "1", "--batch", "2",
        "--threads", "2",
      ] + data
    let frozen = try await Run.of("captionmesh", goOn)
    #expect(frozen.status == 1)
    #expect(frozen.errors.contains("9×9"), "\(frozen.errors)")
    let tuned = try await Run.of("captionmesh", goOn + ["--finetune", "2"])
    #expect(tuned.status == 0, "\(tuned.errors)")
    let second = try await Run.of(
      "captionmesh", ["evaluate", "--run", toy.file("larger"), "--threads", "2"] + data)
    #expect(second.status == 0, "\(second.errors)")

    // The model without its encoder is of no use, and says which encoder it lacks.
    try FileManager.default.moveItem(
      atPath: toy.file("run/best.safetensors"), toPath: toy.file("alone.safetensors"))
    let alone = try await Run.of(
      "captionmesh",
      [
        "caption", "\(photographs)/\(files[0])", "--local", "--model",
        toy.file("alone.safetensors"),
      ])
    #expect(alone.status == 1)
    #expect(alone.errors.contains("beside its model"))
  }

  @Test(
    "one's own captions are prepared, encoded, learned and tested (needs the encoder of setup)",
    .enabled(if: Programs.canServe))
  func preparedData() async throws {
    let toy = try ToyLaboratory()
    let photographs = Programs.repository.appending(path: "Tests/Fixtures/Datasets/images").path
    let files = try FileManager.default.contentsOfDirectory(atPath: photographs).sorted()
    func prepare(_ name: String, _ caption: String) async throws -> String {
      let lines = files.flatMap { ["\($0),\(caption)", "\($0),\"a picture, \(caption)\""] }
      try Data((["image,caption"] + lines).joined(separator: "\n").utf8).write(
        to: URL(filePath: toy.file("\(name).csv")))
      let run = try await Run.of(
        "captionmesh",
        [
          "prepare", "--captions", toy.file("\(name).csv"), "--images", photographs, "--output",
          toy.file(name), "--min-word-frequency", "0", "--captions-per-image", "2",
          "--val-fraction", "0.2", "--test-fraction", "0.2", "--threads", "2",
        ])
      #expect(run.status == 0, "\(run.errors)")
      return toy.file(name)
    }
    let data = try await prepare("prepared", "of many colours")
    let cache = toy.file("prepared.h5")
    let size = ["--hidden", "16", "--embedding", "8", "--attention", "8", "--threads", "2"]
    let steps = [
      ["features", "--data", data, "--output", cache, "--mirror", "--threads", "2"],
      ["train", "--data", data, "--features", cache, "--output", toy.file("run"), "--epochs", "1"]
        + size,
      ["evaluate", "--data", data, "--features", cache, "--run", toy.file("run")],
      ["evaluate", "--data", data, "--run", toy.file("run"), "--threads", "2"],
    ]
    for arguments in steps {
      let run = try await Run.of("captionmesh", arguments)
      #expect(run.status == 0, "\(arguments): \(run.errors)")
    }

    let others = try await prepare("others", "with other words in it")
    let mixed = try await Run.of(
      "captionmesh",
      [
        "train", "--data", others, "--features", cache, "--output", toy.file("mixed"), "--initial",
        toy.file("run/best.safetensors"),
      ])
    #expect(mixed.status == 1)
    #expect(mixed.errors.contains("do not belong together"))

    let words = "\(data)/WORDMAP_custom_2_cap_per_img_0_min_word_freq.json"
    try FileManager.default.removeItem(atPath: words)
    try FileManager.default.copyItem(
      atPath: "\(others)/WORDMAP_custom_2_cap_per_img_0_min_word_freq.json", toPath: words)
    let torn = try await Run.of(
      "captionmesh", ["evaluate", "--data", data, "--features", cache, "--run", toy.file("run")])
    #expect(torn.status == 1, "a word map of other data was taken")
    #expect(torn.errors.contains("WORDMAP") || torn.errors.contains("CAPTIONS"), "\(torn.errors)")
  }

  @Test("what does not belong together is named, with an exit code that says so")
  func mismatches() async throws {
    let toy = try ToyLaboratory()
    #expect(try await Run.of("captionmesh", toy.train("run")).status == 0)
    let best = toy.file("run/best.safetensors")
    let other = toy.file("other.h5")
    try toy.writeCache(other, count: 72, encoder: "another")
    let cut = toy.file("cut.h5")
    try contents(toy.cache).prefix(3000).write(to: URL(filePath: cut))
    let few = toy.file("few.h5")
    try toy.writeCache(few, count: 10, encoder: "toy")

    let bare = toy.file("bare.json")
    try toy.writeKarpathy([("0.jpg", "train", []), ("1.jpg", "val", ["a cube"])], to: bare)

    func evaluate(_ cache: String, _ model: String) -> [String] {
      ["evaluate", "--karpathy", toy.karpathy, "--features", cache, "--model", model]
    }
    let cases: [(arguments: [String], status: Int32, message: [String])] = [
      (toy.train("a", ["--initial", best, "--features", other]), 1, ["other.h5", "another"]),
      (evaluate(other, best), 1, ["other.h5", "another", best]),
      (evaluate(cut, best), 1, ["cut.h5"]),
      (toy.train("b", ["--features", cut]), 1, ["cut.h5"]),
      (evaluate(few, best), 1, ["66.jpg"]),
      (evaluate(toy.cache, cut), 1, ["cut.h5"]),
      (toy.train("c", ["--objective", "self-critical"]), 2, ["--initial"]),
      (toy.train("d", ["--architecture", "adaptive", "--cell", "gru"]), 2, ["lstm"]),
      (toy.train("e", ["--finetune", "layer3"]), 2, ["--features"]),
      (["train", "--output", toy.file("f")], 2, ["--karpathy", "--data"]),
      (toy.train("toy.json/run"), 1, ["toy.json/run", "permission"]),
      (
        ["train", "--karpathy", bare, "--features", toy.cache, "--output", toy.file("g")], 1,
        ["0.jpg", "no caption"]
      ),
      (evaluate(toy.cache, best) + ["--split", "holiday"], 1, ["holiday", "train, val, test"]),
    ]
    for (arguments, status, message) in cases {
      let run = try await Run.of("captionmesh", arguments)
      #expect(run.status == status, "\(arguments): \(run.errors)")
      for part in message { #expect(run.errors.contains(part), "\(arguments): \(run.errors)") }
    }
  }

  @Test("a full disk ends a run with a message, and what was good stays")
  func fullDisk() async throws {
    let toy = try ToyLaboratory()
    #expect(try await Run.of("captionmesh", toy.train("run", ["--epochs", "1"])).status == 0)
    let before = try contents(toy.file("run/best.safetensors"))
    // Files may grow to 8 blocks of 1 KiB: no checkpoint fits.
    func run(_ arguments: [String]) async throws -> Run {
      let program = Programs.folder.appending(path: "captionmesh").path
      return try await Run.of(
        "/bin/bash", ["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\"", program] + arguments)
    }
    let small = try await run(toy.train("small"))
    #expect(small.status == 1)
    #expect(small.errors.contains("small/") && small.errors.contains("cannot be written"))
    #expect(!FileManager.default.fileExists(atPath: toy.file("small/best.safetensors")))
    let evaluation = try await run([
      "evaluate", "--karpathy", toy.karpathy, "--features", toy.cache, "--run", toy.file("run"),
    ])
    #expect(evaluation.status == 0, "\(evaluation.errors)")
    #expect(try contents(toy.file("run/best.safetensors")) == before)
  }
}
