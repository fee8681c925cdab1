import ArgumentParser
import Datasets
import FoundationEssentials

/// `captionmesh prepare`.
struct PrepareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prepare",
    abstract: "Make the files to train on from captions and a folder of images.",
    discussion: """
      Reads Karpathy's JSON of coco, flickr8k or flickr30k, or one's own captions: a CSV file \
      (RFC 4180) whose first line names the columns image and caption, or JSON Lines with the keys \
      image and caption, one line a caption. Paths of images are below the image folder.

      Writes the ten files of sgrvinod's a-PyTorch-Tutorial-to-Image-Captioning, byte for byte what \
      its program writes: for TRAIN, VAL and TEST the images (HDF5, uint8 3×256×256), the captions \
      and their lengths (JSON), and the word map.

      What was interrupted goes on when the same command is run again. Nothing is in its place \
      before all is complete.

      Examples:
        captionmesh prepare --karpathy dataset_flickr8k.json --images flickr8k/images \\
          --output prepared
        captionmesh prepare --captions captions.csv --images photographs --output prepared \\
          --val-fraction 0.1 --test-fraction 0.1 --seed 1
      """)

  @Option(help: ArgumentHelp("Karpathy's JSON.", valueName: "file"))
  var karpathy: String?

  @Option(help: ArgumentHelp("One's own captions: CSV or JSON Lines.", valueName: "file"))
  var captions: String?

  @Option(help: ArgumentHelp("Folder of the images.", valueName: "folder"))
  var images: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Folder for the files; made if missing.", valueName: "folder"))
  var output: String

  @OptionGroup(title: "Split of one's own captions") var split: SplitOptions

  @Option(help: "What the files' names begin with; by default the JSON's, or custom.")
  var name: String?

  @Option(help: "Captions taken of each image.")
  var captionsPerImage = 5

  @Option(help: "Words that stand no more often than this become <unk>.")
  var minWordFrequency = 5

  @Option(help: "Captions of more words are not taken.")
  var maxLength = 50

  @Flag(help: "Leave out images that cannot be read, and count them.")
  var skipBad = false

  @Option(help: "Threads; by default one for each processor.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Flag(help: "Print the summary as JSON.")
  var json = false

  func validate() throws {
    _ = try source
    for (option, number, range) in [
      ("captions-per-image", captionsPerImage, 1...1000),
      ("min-word-frequency", minWordFrequency, 0...1_000_000),
      ("max-length", maxLength, 1...1000), ("threads", threads, 1...1024),
    ] where !range.contains(number) {
      throw ValidationError("--\(option) \(number) is not in \(range)")
    }
  }

  private var source: CaptionSource {
    get throws {
      switch (karpathy, captions) {
      case (let path?, nil):
        guard !split.isGiven else {
          throw ValidationError(
            "Karpathy's JSON has the split; the options for one go with --captions")
        }
        return .karpathy(path: path)
      case (nil, let path?): return .table(path: path, split: try split.split)
      default: throw ValidationError("give either --karpathy or --captions")
      }
    }
  }

  func run() async throws {
    var options = PreparationOptions(source: try source, images: images, output: output)
    options.name = name
    options.captionsPerImage = captionsPerImage
    options.minimumWordFrequency = minWordFrequency
    options.maximumLength = maxLength
    options.skipsBadImages = skipBad
    options.threads = threads
    let display = PreparationDisplay()
    let start = ContinuousClock.now
    let report = try DataPreparation(options) { display.show($0) }.run()
    display.finish()
    let summary = PreparationSummary(report, seconds: (ContinuousClock.now - start) / .seconds(1))
    print(json ? summary.json : summary.text)
  }
}

/// How one's own captions are divided.
struct SplitOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Images to train on, one path a line.", valueName: "file"))
  var trainList: String?

  @Option(help: ArgumentHelp("Images to validate on.", valueName: "file"))
  var valList: String?

  @Option(help: ArgumentHelp("Images to test on.", valueName: "file"))
  var testList: String?

  @Option(help: "Share of the images to validate on; without lists 0.1.")
  var valFraction: Double?

  @Option(help: "Share of the images to test on; without lists 0.1.")
  var testFraction: Double?

  @Option(help: "Seed by which images are drawn for the shares; without lists 123.")
  var seed: UInt64?

  var isGiven: Bool {
    trainList != nil || valList != nil || testList != nil || valFraction != nil
      || testFraction != nil || seed != nil
  }

  var split: CaptionSource.OwnSplit {
    get throws {
      if let trainList, let valList, let testList {
        guard valFraction == nil, testFraction == nil, seed == nil else {
          throw ValidationError("give lists or shares of the images, not both")
        }
        return .lists(train: trainList, val: valList, test: testList)
      }
      guard trainList == nil, valList == nil, testList == nil else {
        throw ValidationError("--train-list, --val-list and --test-list go together")
      }
      let val = valFraction ?? 0.1
      let test = testFraction ?? 0.1
      guard (0..<1).contains(val), (0..<1).contains(test), val + test < 1 else {
        throw ValidationError("--val-fraction and --test-fraction are shares of 0 to less than 1")
      }
      return .fractions(val: val, test: test, seed: seed ?? 123)
    }
  }
}
