import Tensor

extension DataPreparation {
  /// Writes the images of all splits, from where the journal says.
  func writeImages(
    _ plan: PreparationPlan, _ files: PreparedFiles, _ journal: inout PreparationJournal,
    _ journalPath: String
  ) throws(DatasetError) {
    let total = plan.images.values.reduce(0) { $0 + $1.count }
    var before = 0
    for split in DatasetSplit.allCases {
      let indices = plan.images[split] ?? []
      let path = Self.partial(files.images(split))
      do {
        try writeImages(
          indices.map { plan.corpus.images[$0].path }, path, split, &journal, journalPath,
          before: before, total: total)
      } catch {
        // Whatever the reason, what is done need not be done again.
        try? journal.write(to: journalPath)
        throw error
      }
      before += indices.count
    }
  }

  private func writeImages(
    _ paths: [String], _ path: String, _ split: DatasetSplit,
    _ journal: inout PreparationJournal, _ journalPath: String, before: Int, total: Int
  ) throws(DatasetError) {
    let loader = ImageLoader(folder: options.images, threads: options.threads)
    var target = try openImages(path, count: paths.count, split, &journal)
    let atATime = options.imagesAtATime ?? options.threads * 16
    var noted = journal[split].done
    while journal[split].done < paths.count {
      let first = journal[split].done
      let part = Array(paths[first..<min(first + atATime, paths.count)])
      for (index, image) in zip(first..., loader.images(part)) {
        try add(image, target.dataset, index, split, &journal)
      }
      if journal[split].done - noted >= options.noteInterval {
        noted = journal[split].done
        try target.file.flush()
        try Storage.synchronize(path)
        try journal.write(to: journalPath)
      }
      notify(.progress(images: before + journal[split].done, total: total))
    }
    try target.file.flush()
    if target.dataset.extents[0] != journal[split].rows {
      target = try copyRows(journal[split].rows, of: target, path)
    }
    try target.file.flush()
    try Storage.synchronize(path)
    try journal.write(to: journalPath)
  }

  private func add(
    _ image: Result<Tensor, DatasetError>, _ dataset: HDF5Dataset, _ index: Int,
    _ split: DatasetSplit, _ journal: inout PreparationJournal
  ) throws(DatasetError) {
    switch image {
    case .success(let image):
      let row = journal[split].rows
      try unsafe image.bytes.withUnsafeBytes { bytes throws(DatasetError) in
        try unsafe dataset.write(row..<row + 1, from: bytes)
      }
    case .failure(let error):
      guard options.skipsBadImages else {
        throw DatasetError(
          error.code, "\(error.message); or leave out what cannot be read with --skip-bad")
      }
      journal[split].bad.append(index)
      notify(.badImage(error.message))
    }
    journal[split].done += 1
  }

  private typealias ImageFile = (file: HDF5File, dataset: HDF5Dataset)

  /// Opens the images of an interrupted preparation, or makes a file for `count` of them.
  private func openImages(
    _ path: String, count: Int, _ split: DatasetSplit, _ journal: inout PreparationJournal
  ) throws(DatasetError) -> ImageFile {
    let progress = journal[split]
    if progress.done > 0 {
      if let file = try? HDF5File(path, .update), let set = try? file.dataset("images", .uint8),
        set.extents.dropFirst().elementsEqual(ImageLoader.shape.dimensions),
        set.extents[0] == count || (progress.done == count && set.extents[0] == progress.rows)
      {
        return (file, set)
      }
      journal[split] = PreparationJournal.Progress()
    }
    return try makeImages(path, count: count)
  }

  private func makeImages(_ path: String, count: Int) throws(DatasetError) -> ImageFile {
    let file = try HDF5File(path, .create)
    try file.setAttribute("captions_per_image", options.captionsPerImage)
    let dataset = try file.createDataset(
      "images", .uint8, extents: [count] + ImageLoader.shape.dimensions)
    return (file, dataset)
  }

  /// Replaces the file by one with the first `count` rows alone: the extents of a contiguous
  /// dataset are fixed when it is made, before it is known which images cannot be read.
  private func copyRows(
    _ count: Int, of source: ImageFile, _ path: String
  ) throws(DatasetError) -> ImageFile {
    let bytes = count * ImageLoader.shape.elementCount
    let available = try Storage.availableBytes(options.output)
    guard bytes <= available else {
      throw DatasetError(
        .unwritable,
        "\(path): leaving out what could not be read takes a copy of \(bytes / 1_000_000) MB, but "
          + "only \(available / 1_000_000) MB are free; make room and run again")
    }
    let copyPath = path + ".copy"
    let copy = try makeImages(copyPath, count: count)
    let rowsAtATime = 64
    for first in stride(from: 0, to: count, by: rowsAtATime) {
      let rows = first..<min(first + rowsAtATime, count)
      let buffer = AlignedBuffer(byteCount: rows.count * source.dataset.sliceByteCount)
      try unsafe buffer.withUnsafeMutableBytes { bytes throws(DatasetError) in
        try unsafe source.dataset.read(rows, into: bytes)
        try unsafe copy.dataset.write(rows, from: UnsafeRawBufferPointer(bytes))
      }
    }
    try copy.file.flush()
    try Storage.synchronize(copyPath)
    try Storage.move(copyPath, to: path)
    return copy
  }
}
