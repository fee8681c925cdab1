import ArgumentParser
import Dispatch
import Glibc
import Synchronization

/// Whether someone has asked this process to stop, by Ctrl-C or SIGTERM. The work asks between two
/// steps, where its state can be saved; a second signal ends the process at once.
final class Interruption {
  private let sources: [any DispatchSourceSignal]
  private let wanted = Atomic(false)

  /// - Parameter onFirst: called at the first signal.
  init(onFirst: @escaping @Sendable () -> Void = {}) {
    let queue = DispatchQueue(label: "interruption")
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: queue)
    }
    for source in sources {
      source.setEventHandler { [weak self] in
        if self?.wanted.exchange(true, ordering: .relaxed) == true { exit(ExitStatus.tryAgain) }
        onFirst()
      }
      source.activate()
    }
  }

  deinit {
    for source in sources { source.cancel() }
  }

  var isWanted: Bool { wanted.load(ordering: .relaxed) }

  /// - Throws: ``ExitCode`` 75 when a stop was asked for, after saying how to go on.
  func check(_ folder: RunFolder) throws {
    if !isWanted { return }
    printError("stopped; the same command with --resume goes on from \(folder.resume)")
    throw ExitCode(ExitStatus.tryAgain)
  }
}
