import ServiceKit
import Testing

@Suite struct CoreTests {
  @Test(
    arguments: [
      ("max 100000\n", nil), ("200000 100000\n", 2), ("150000 100000\n", 1), ("50000 100000\n", 0),
      ("", nil), ("1 0\n", nil), ("x y\n", nil),
    ] as [(String, Int?)])
  func aContainersShareIsCountedInWholeCores(limit: String, cores: Int?) {
    #expect(ThisProcess.quota(limit) == cores)
  }

  @Test func thereIsOneAtLeast() {
    #expect(ThisProcess.cores >= 1)
  }
}
