import Glibc
import Synchronization

/// A line on stderr that says how far long work is, redrawn in place; nothing where stderr is not a
/// terminal.
final class ProgressBar: Sendable {
  private struct State {
    var done = 0
    var note = ""
    var drawn: ContinuousClock.Instant?
  }

  private let title: String
  private let total: Int
  private let start = ContinuousClock.now
  private let isVisible = isatty(STDERR_FILENO) == 1
  private let state = Mutex(State())

  init(_ title: String, total: Int) {
    self.title = title
    self.total = total
  }

  /// Says that `count` more are done.
  func advance(by count: Int = 1, note: String = "") {
    update {
      $0.done += count
    } note: {
      note
    }
  }

  /// Says how many are done in all.
  func advance(to count: Int, note: String = "") {
    update {
      $0.done = count
    } note: {
      note
    }
  }

  /// Wipes the line, so that what is printed next stands alone.
  func finish() {
    if isVisible { write("\r\u{1B}[K") }
  }

  private func update(_ change: (inout State) -> Void, note: () -> String) {
    state.withLock { state in
      change(&state)
      guard isVisible else { return }
      let now = ContinuousClock.now
      if let drawn = state.drawn, now - drawn < .milliseconds(100), state.done < total { return }
      state.drawn = now
      state.note = note()
      let elapsed = (now - start) / .seconds(1)
      let share = total > 0 ? Double(state.done) / Double(total) : 1
      let left = share > 0 ? elapsed / share - elapsed : 0
      let filled = Int(share * 24)
      let bar =
        String(repeating: "━", count: filled) + String(repeating: "·", count: max(24 - filled, 0))
      write(
        "\r\u{1B}[K\(title) \(bar) \(state.done)/\(total) \(state.note) \(Self.duration(left)) left"
      )
    }
  }

  private func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  static func duration(_ seconds: Double) -> String {
    let seconds = Int(seconds.rounded())
    if seconds < 60 { return "\(seconds) s" }
    if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
    return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
  }
}
