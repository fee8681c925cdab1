import Supervision
import Testing

@Suite struct HeartbeatWatchTests {
  /// The seconds at which a watch of ten seconds' patience finds silence.
  private func silences(_ beats: [(second: Int, beat: Int64?)]) -> [Int] {
    var watch = HeartbeatWatch(patience: .seconds(10))
    return beats.compactMap { second, beat in
      watch.isSilent(beat, at: .seconds(second)) ? second : nil
    }
  }

  @Test func aHeartThatBeatsIsNotSilent() {
    #expect(silences((0..<100).map { ($0, Int64($0 / 5)) }) == [])
  }

  @Test func aHeartThatStopsIsSilentAfterAWhile() {
    #expect(silences([(100, 7), (109, 7), (110, 7), (111, 7)]) == [110, 111])
  }

  @Test func anotherOneInItsPlaceHasAllItsTime() {
    #expect(silences([(0, 7), (10, 7), (11, 8), (20, 8), (21, 8)]) == [10, 21])
  }

  @Test func whereNothingBeatsNothingIsSilent() {
    #expect(silences([(0, 7), (9, nil), (50, nil), (100, nil), (101, 7), (110, 7)]) == [])
  }
}
