extension FuzzTarget {
  /// Every parser that reads what somebody else wrote.
  static let all: [FuzzTarget] = [
    .messagePack, .messages, .frames, .jpeg, .png, .safetensors, .pyTorch, .checkpoint,
    .preparedImages,
    .featureCache, .preparedCaptions, .wordMap, .karpathy, .captionTable, .numpy, .configuration,
  ]
}
