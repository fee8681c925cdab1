import Glibc
import MeshAPI
import MessagePack
import ServiceKit

/// A worker that sleeps for as long as its stage would take, and then hands on what was made before.
struct SleepingWorker<Input: MessagePackMessage, Output: MessagePackMessage>: StageWorker {
  let stage: Stage
  let output: Output
  /// Of one photograph.
  let milliseconds: Double

  let maximumBatch = 1
  /// Nothing waits here: what waits in the dispatcher goes to whoever is free first.
  let capacity = 1
  var identity: StageIdentity { StageIdentity() }

  init(_ stage: Stage, _ input: Input.Type, _ output: Output, milliseconds: Double) {
    self.stage = stage
    self.output = output
    self.milliseconds = milliseconds
  }

  /// Blocks the thread, as computing does.
  func process(_ batch: [StageItem<Input>]) async -> [Result<Output, ItemError>] {
    usleep(UInt32(milliseconds * 1000 * Double(batch.count)))
    return batch.map { _ in .success(output) }
  }
}
