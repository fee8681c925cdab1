import MeshAPI

/// What was sent into a mesh under chaos and what came back, checked against what an undisturbed
/// mesh had answered.
actor ChaosLedger {
  /// Answers of an undisturbed mesh, by path: a caption or an error's code.
  private let expected: [String: String]

  private(set) var sent = 0
  private(set) var answered = 0
  private(set) var right = 0
  private(set) var twice = 0
  /// The first few answers that were not the expected ones.
  private(set) var wrong: [String] = []
  private(set) var faults: [String: Int] = [:]
  private(set) var rejections: [Duration] = []
  private(set) var gaps: [String: Duration] = [:]
  private var memory: [String: (start: Int, peak: Int, end: Int)] = [:]
  /// Faults after which the next answer is awaited.
  private var waiting: [(fault: String, since: ContinuousClock.Instant)] = []

  init(expected: [String: String]) { self.expected = expected }

  var lost: Int { sent - answered }

  // MARK: Answers

  func send(_ count: Int) { sent += count }

  func receive(_ path: String, _ reply: CaptionReply) {
    answered += 1
    let answer = Self.text(of: reply)
    if answer == expected[path] {
      right += 1
    } else if wrong.count < 10 {
      wrong.append("\(path): \(answer), expected \(expected[path] ?? "nothing")")
    }
    if case .failure = reply.result { return }
    let now = ContinuousClock.now
    for (fault, since) in waiting { gaps[fault] = max(gaps[fault] ?? .zero, now - since) }
    waiting = []
  }

  /// Answers to what had been answered already.
  func repeated(_ count: Int) { twice += count }

  static func text(of reply: CaptionReply) -> String {
    switch reply.result {
    case .success(let result): result.caption
    case .failure(let error): error.code.statusName
    }
  }

  // MARK: Faults

  func note(_ fault: String) { faults[fault, default: 0] += 1 }

  /// Measures how long it takes until the next answer.
  func awaitAnswer(after fault: String) { waiting.append((fault, .now)) }

  func reject(after time: Duration) { rejections.append(time) }

  // MARK: Memory

  /// Takes note of the resident bytes of a process.
  func weigh(_ name: String, _ bytes: Int) {
    let before = memory[name] ?? (bytes, bytes, bytes)
    memory[name] = (before.start, max(before.peak, bytes), bytes)
  }

  func peak(of name: String) -> Int { memory[name]?.peak ?? 0 }

  // MARK: Report

  /// The table, for people.
  var table: String {
    func row(_ cells: [String]) -> String {
      cells.enumerated().map { index, cell in
        let padding = String(repeating: " ", count: max(0, (index == 0 ? 24 : 10) - cell.count))
        return index == 0 ? cell + padding : padding + cell
      }.joined()
    }
    var lines = [
      row(["", "sent", "answered", "rightly", "twice", "lost"]),
      row(["requests", "\(sent)", "\(answered)", "\(right)", "\(twice)", "\(lost)"]),
      "", row(["faults", "times", "gap, ms"]),
    ]
    for (fault, count) in faults.sorted(by: { $0.key < $1.key }) {
      lines.append(row([fault, "\(count)", gaps[fault].map(Self.milliseconds) ?? ""]))
    }
    lines += ["", row(["memory, MB", "start", "peak", "end"])]
    for (name, bytes) in memory.sorted(by: { $0.key < $1.key }) {
      lines.append(row([name] + [bytes.start, bytes.peak, bytes.end].map { "\($0 >> 20)" }))
    }
    if !rejections.isEmpty {
      let times = rejections.sorted()
      lines += [
        "",
        "rejected when full: \(times.count), half within "
          + "\(Self.milliseconds(times[times.count / 2])) ms, 99 of 100 within "
          + "\(Self.milliseconds(times[times.count * 99 / 100])) ms",
      ]
    }
    return (lines + wrong.map { "wrong: \($0)" }).joined(separator: "\n")
  }

  private static func milliseconds(_ time: Duration) -> String {
    "\((time / .milliseconds(1)).rounded(1))"
  }
}
