import Testing
import Training

@Suite("Learning rates")
struct LearningRateScheduleTests {
  @Test("it warms up, then falls along half a cosine to its final share")
  func cosine() {
    var schedule = LearningRateSchedule()
    schedule.peak = 1
    schedule.warmupSteps = 10
    schedule.final = 0.1
    func rate(_ step: Int) -> Double { schedule.learningRate(step: step, of: 110, .init()) }
    #expect(rate(0) == 0.1)
    #expect(rate(9) == 1)
    #expect(abs(rate(60) - 0.55) < 1e-12)
    #expect(abs(rate(110) - 0.1) < 1e-12)
    #expect((10..<110).allSatisfy { rate($0) > rate($0 + 1) })
  }

  @Test("on a plateau it is multiplied after so many epochs, and again after as many")
  func plateau() {
    var schedule = LearningRateSchedule()
    schedule.shape = .plateau
    schedule.peak = 1
    schedule.warmupSteps = 0
    var progress = LearningRateSchedule.Progress()
    #expect(schedule.record(0.2, &progress))
    var rates: [Double] = []
    for _ in 0..<20 {
      #expect(!schedule.isExhausted(progress))
      #expect(!schedule.record(0.2, &progress))
      rates.append(schedule.learningRate(step: 1000, of: 10, progress))
    }
    #expect(rates[6] == 1 && rates[7] == 0.8)
    #expect(abs(rates[15] - 0.64) < 1e-12)
    #expect(schedule.isExhausted(progress))
    #expect(schedule.record(0.3, &progress))
    #expect(!schedule.isExhausted(progress))
  }
}
