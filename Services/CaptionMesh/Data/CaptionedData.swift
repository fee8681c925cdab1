import ArgumentParser
import Datasets
import Vocabulary

/// A data set with its splits: a Karpathy JSON, or what `captionmesh prepare` made.
enum CaptionedData {
  case karpathy(KarpathyDataset, folder: String?)
  case prepared(PreparedDataset)

  /// The data set's name.
  var name: String {
    switch self {
    case .karpathy(let dataset, _): dataset.dataset
    case .prepared(let dataset): dataset.files.base
    }
  }

  /// The word map that comes with the data; a Karpathy JSON has none.
  var vocabulary: Vocabulary? {
    switch self {
    case .karpathy: nil
    case .prepared(let dataset): dataset.vocabulary
    }
  }

  /// - Throws: ``DatasetError`` for a split that there is not.
  func split(_ name: String) throws(DatasetError) -> CaptionedSplit {
    switch self {
    case .karpathy(let dataset, let folder):
      try CaptionedSplit(dataset, split: name, folder: folder)
    case .prepared(let dataset): try CaptionedSplit(dataset, split: name)
    }
  }
}

/// The options that name a data set.
struct DataOptions: ParsableArguments {
  @Option(help: "Karpathy JSON with the captions and the split.")
  var karpathy: String?

  @Option(help: "Folder of the Karpathy JSON's images.")
  var images: String?

  @Option(
    help: ArgumentHelp(
      "Folder that `captionmesh prepare`, or the tutorial's program, filled; instead of --karpathy.",
      valueName: "folder"))
  var data: String?

  func validate() throws {
    guard (karpathy == nil) != (data == nil) else {
      throw ValidationError("one of --karpathy FILE and --data FOLDER names the data set")
    }
    if data != nil, images != nil {
      throw ValidationError("--images goes with --karpathy; prepared data hold their images")
    }
  }

  /// Whether photographs are at hand, or only what caches hold of them.
  var hasImages: Bool { images != nil || data != nil }

  /// - Throws: ``DatasetError``.
  func open() throws(DatasetError) -> CaptionedData {
    if let data { return .prepared(try PreparedDataset(folder: data)) }
    return .karpathy(try KarpathyDataset(path: karpathy ?? ""), folder: images)
  }
}
