import FoundationEssentials
import Testing

@testable import Reporting

@Suite("A run's log and its curves")
struct RunLogTests {
  @Test("numbers, gaps and phases are read")
  func reading() throws {
    let log = try RunLog(csv: FakeRuns.log, path: "log.csv")
    #expect(log.epochs.count == 3)
    #expect(log.epochs[0][.bleu4] == 0.1668 && log.epochs[0][.reward] == nil)
    #expect(log.epochs[2].phase == .selfCritical && log.epochs[2][.top5Accuracy] == nil)
    #expect(log.best(by: .cider)?.epoch == 3 && log.best(by: .loss)?.epoch == 1)
    // Columns by their names, whatever their order; what is not a number was not measured.
    let other = try RunLog(csv: "epoch,x,cider,loss\n7,?,0.5,nan\n", path: "log.csv")
    #expect(other.epochs[0][.cider] == 0.5 && other.epochs[0][.loss] == nil)
  }

  @Test(
    "what contradicts the format is named with its line",
    arguments: [
      ("", "line 1"), ("a,b\n", "line 1"), ("epoch,loss\n1\n", "line 2"),
      ("epoch,loss\n1,2\n2,x\n", "line 3"), ("epoch,phase\n1,sleep\n", "“sleep”"),
      ("epoch,loss\nx,1\n", "“x”"),
    ])
  func malformed(csv: String, says: String) {
    let error = #expect(throws: ReportError.self) { try RunLog(csv: csv, path: "r/log.csv") }
    #expect(error?.code == .malformed)
    #expect(error?.message.hasPrefix("r/log.csv: ") == true)
    #expect(error?.message.contains(says) == true)
  }

  @Test(
    "curves of any log are drawn",
    arguments: [
      FakeRuns.log, FakeRuns.header + "1,cross-entropy,0.1,4,,,,,,,,,,,,,\n",
      FakeRuns.header + "1,cross-entropy,,,,,,,,,,,,,,,\n",
    ])
  func curves(csv: String) throws {
    let runs = try FakeRuns()
    try runs.write(csv, runs.root + "/log.csv")
    try RunCurves.write(log: runs.root + "/log.csv", to: runs.root)
    let svg = try Data(contentsOf: URL(filePath: runs.root + "/curves.svg"))
    #expect(svg.count > 1000)
    try RunCurves.write(log: runs.root + "/log.csv", to: runs.root)
    #expect(try Data(contentsOf: URL(filePath: runs.root + "/curves.svg")) == svg)
    #expect(FileManager.default.fileExists(atPath: runs.root + "/curves.png"))
  }

  @Test("a log without an epoch draws nothing, and a missing one is an error")
  func nothing() throws {
    let runs = try FakeRuns()
    try runs.write(FakeRuns.header, runs.root + "/log.csv")
    try RunCurves.write(log: runs.root + "/log.csv", to: runs.root)
    #expect(!FileManager.default.fileExists(atPath: runs.root + "/curves.svg"))
    let error = #expect(throws: ReportError.self) {
      try RunCurves.write(log: runs.root + "/none.csv", to: runs.root)
    }
    #expect(error?.code == .missing)
  }

  @Test("a phase that counts anew goes on to the right")
  func counting() throws {
    let csv = "epoch,phase\n1,cross-entropy\n2,cross-entropy\n1,self-critical\n"
    #expect(RunCurves.positions(try RunLog(csv: csv, path: "")) == [1, 2, 3])
  }
}
