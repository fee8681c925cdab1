import Datasets
import Synchronization

/// Shows how far a preparation is.
final class PreparationDisplay: Sendable {
  private let bar = Mutex<ProgressBar?>(nil)

  func show(_ event: PreparationEvent) {
    switch event {
    case .resuming(let images):
      printError("going on after \(images) images of an interrupted preparation")
    case .startingOver:
      printError("an interrupted preparation had other options or data; beginning anew")
    case .progress(let images, let total):
      bar.withLock { bar in
        if bar == nil { bar = ProgressBar("preparing", total: total) }
        bar?.advance(to: images)
      }
    case .badImage(let message):
      finish()
      printError("left out: \(message)")
    }
  }

  /// Wipes the line.
  func finish() { bar.withLock { $0?.finish() } }
}
