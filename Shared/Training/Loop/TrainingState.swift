/// Where a run stands: with the parameters, all that decides how it goes on.
public struct TrainingState: Sendable, Equatable, Codable {
  /// Epochs done.
  public internal(set) var epoch = 0
  /// Steps done in all.
  public internal(set) var step = 0
  /// Steps done in the epoch at hand.
  public internal(set) var stepInEpoch = 0
  /// What the epoch at hand has measured so far.
  public internal(set) var total = PassResult()
  public internal(set) var schedule = LearningRateSchedule.Progress()
  /// Seconds of training in the epoch at hand.
  public internal(set) var seconds = 0.0
  let seed: UInt64
  var generator: SplitMix64

  init(seed: UInt64) {
    self.seed = seed
    generator = SplitMix64(seed: ~seed)
  }

  /// The order of the images in the epoch at hand, the same whenever it is asked for.
  func order(of count: Int) -> [Int] {
    var shuffler = SplitMix64(seed: seed &+ UInt64(epoch + 1) &* 0x51_7CC1_B727_220A)
    return Array(0..<count).shuffled(using: &shuffler)
  }
}
