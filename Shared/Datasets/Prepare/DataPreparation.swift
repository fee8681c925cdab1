import Synchronization
import Tensor
import Vocabulary
import WeightFiles

/// Makes the ten files that sgrvinod's a-PyTorch-Tutorial-to-Image-Captioning trains on, with the
/// same content as its `create_input_files` gives them.
///
/// Everything is written beside its place and put there at the end. An interrupted preparation
/// goes on where it stopped when it is run again. Memory does not grow with the number of images,
/// but for a few bytes for each word of their captions.
public struct DataPreparation: Sendable {
  /// `random.seed(123)`, as the tutorial has it.
  static let samplingSeed: UInt64 = 123

  let options: PreparationOptions
  let notify: @Sendable (PreparationEvent) -> Void

  public init(
    _ options: PreparationOptions, notify: @escaping @Sendable (PreparationEvent) -> Void = { _ in }
  ) {
    self.options = options
    self.notify = notify
  }

  /// - Throws: ``DatasetError``: a file that cannot be read or is not what it should be, with its
  ///   name and the place; too little room on the disk; an image that cannot be read, unless they
  ///   are skipped. What was there before is untouched then.
  public func run() throws(DatasetError) -> PreparationReport {
    try Storage.checkFolder(options.images)
    try Storage.makeFolder(options.output)
    let contents = try options.source.read()
    let name = options.name ?? contents.name ?? "custom"
    guard !name.isEmpty, !name.contains("/") else {
      throw DatasetError(.malformed, "“\(name)” cannot be part of a file's name; give another name")
    }
    let files = PreparedFiles(
      folder: options.output, name: name, captionsPerImage: options.captionsPerImage,
      minimumFrequency: options.minimumWordFrequency)
    let plan = PreparationPlan(contents, maximumLength: options.maximumLength)
    guard let train = plan.images[.train], !train.isEmpty else {
      throw DatasetError(
        .missing, "no image to train on has a caption of at most \(options.maximumLength) words")
    }

    let journalPath = "\(options.output)/.\(files.base).progress"
    var journal = resumedJournal(journalPath, fingerprint(contents.corpus))
    if !journal.isComplete {
      try checkRoom(plan, files, journal)
      try writeImages(plan, files, &journal, journalPath)
      try writeCaptions(plan, files, journal)
      journal.isComplete = true
      try journal.write(to: journalPath)
    }
    for path in files.all where Storage.exists(Self.partial(path)) {
      try Storage.move(Self.partial(path), to: path)
    }
    try Storage.synchronize(options.output)
    Storage.remove(journalPath)
    return report(plan, files, journal, contents)
  }

  /// Where a file is while it is not complete.
  static func partial(_ path: String) -> String { path + ".partial" }

  private func resumedJournal(_ path: String, _ fingerprint: String) -> PreparationJournal {
    guard let journal = PreparationJournal(path: path) else {
      return PreparationJournal(fingerprint: fingerprint)
    }
    guard journal.fingerprint == fingerprint else {
      notify(.startingOver)
      return PreparationJournal(fingerprint: fingerprint)
    }
    notify(.resuming(images: journal.splits.values.reduce(0) { $0 + $1.done }))
    return journal
  }

  /// One word for everything that the files' content depends on, but the images' own bytes.
  private func fingerprint(_ corpus: CaptionCorpus) -> String {
    var hash = SHA256()
    hash.update(
      "1\n\(options.images)\n\(options.captionsPerImage)\n\(options.minimumWordFrequency)\n"
        + "\(options.maximumLength)\n")
    for image in corpus.images {
      hash.update("\n\(image.path)\0\(image.split?.rawValue ?? "")")
      for number in image.captions {
        hash.update(
          "\0" + corpus.caption(number).map { corpus.words[Int($0)] }.joined(separator: " "))
      }
    }
    return hash.hexDigest()
  }

  private func checkRoom(
    _ plan: PreparationPlan, _ files: PreparedFiles, _ journal: PreparationJournal
  ) throws(DatasetError) {
    var needed = 1 << 20
    for split in DatasetSplit.allCases {
      let count = plan.images[split]?.count ?? 0
      let bytes = count * ImageLoader.shape.elementCount
      let kept =
        journal[split].done > 0 ? Storage.allocatedBytes(Self.partial(files.images(split))) : 0
      needed += max(bytes - kept, 0)
      // At most six characters an id.
      needed += count * options.captionsPerImage * (options.maximumLength + 2) * 6
    }
    let available = try Storage.availableBytes(options.output)
    guard needed <= available else {
      throw DatasetError(
        .unwritable,
        "\(options.output): \(Self.size(needed)) are needed, but only \(Self.size(available)) are "
          + "free; make room or choose another folder")
    }
  }

  private static func size(_ bytes: Int) -> String {
    bytes < 1_000_000_000
      ? "\((bytes + 500_000) / 1_000_000) MB"
      : "\(bytes / 1_000_000_000).\(bytes / 100_000_000 % 10) GB"
  }

  private func report(
    _ plan: PreparationPlan, _ files: PreparedFiles, _ journal: PreparationJournal,
    _ contents: CaptionSource.Contents
  ) -> PreparationReport {
    var report = PreparationReport(files: files)
    for split in DatasetSplit.allCases {
      let count = (plan.images[split]?.count ?? 0) - journal[split].bad.count
      report.splits.append(
        PreparationReport.Split(
          split: split, images: count, captions: count * options.captionsPerImage))
      report.badImages += journal[split].bad.count
    }
    report.vocabularyCount =
      contents.corpus.vocabulary(minimumFrequency: options.minimumWordFrequency).0.count
    report.distinctWords = contents.corpus.words.count
    report.longCaptions = plan.longCaptions
    report.imagesWithoutCaption = plan.imagesWithoutCaption
    report.imagesOfNoSplit = plan.imagesOfNoSplit
    report.wordlessCaptions = contents.wordlessCaptions
    return report
  }
}
