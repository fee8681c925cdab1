import Vocabulary

extension DataPreparation {
  /// Draws the captions of every image that could be read and writes the seven JSON files.
  func writeCaptions(
    _ plan: PreparationPlan, _ files: PreparedFiles, _ journal: PreparationJournal
  ) throws(DatasetError) {
    let (vocabulary, ids) = plan.corpus.vocabulary(minimumFrequency: options.minimumWordFrequency)
    try PreparedDataset.writeWordMap(vocabulary, at: Self.partial(files.wordMap))
    var generator = MersenneTwister(seed: Self.samplingSeed)
    for split in DatasetSplit.allCases {
      let bad = Set(journal[split].bad)
      let images = (plan.images[split] ?? []).enumerated().filter { !bad.contains($0.offset) }
      var captions = try PythonJSON(path: Self.partial(files.captions(split)))
      var lengths = try PythonJSON(path: Self.partial(files.lengths(split)))
      try captions.sign("[")
      try lengths.sign("[")
      var isFirst = true
      for (_, image) in images {
        for number in draw(plan.captions(ofImage: image), &generator) {
          let words = plan.corpus.caption(number)
          if !isFirst {
            try captions.sign(", ")
            try lengths.sign(", ")
          }
          isFirst = false
          let padding = [Int](
            repeating: vocabulary.padding, count: options.maximumLength - words.count)
          try captions.write(
            [vocabulary.start] + words.map { ids[Int($0)] } + [vocabulary.end] + padding)
          try lengths.write(words.count + 2)
        }
      }
      try captions.sign("]")
      try lengths.sign("]")
      try captions.finish()
      try lengths.finish()
    }
  }

  /// As many captions as are taken of an image: all and some of them twice, or a random choice.
  private func draw(_ captions: [Int32], _ generator: inout MersenneTwister) -> [Int32] {
    let missing = options.captionsPerImage - captions.count
    if missing <= 0 { return generator.sample(captions, count: options.captionsPerImage) }
    return captions + (0..<missing).map { _ in generator.choice(captions) }
  }
}
