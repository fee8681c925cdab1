import Testing

@testable import CaptionMesh

@Suite("Photographs that come into a folder") struct ArrivalsTests {
  private typealias Stamp = Arrivals.Stamp
  private let start = ContinuousClock.now

  private func stamp(_ size: Int) -> Arrivals.Stamp {
    Stamp(size: size, seconds: 1, nanoseconds: 2)
  }

  @Test("a file that its writer has closed is taken a moment later, once")
  func closed() {
    var arrivals = Arrivals()
    arrivals.notice("a.jpg", .closed, stamp(10), now: start)
    #expect(arrivals.take(now: start) { _ in stamp(10) } == [])
    #expect(arrivals.nextDue == start + .milliseconds(200))
    #expect(arrivals.take(now: start + .milliseconds(200)) { _ in stamp(10) } == ["a.jpg"])
    #expect(arrivals.isEmpty && arrivals.nextDue == nil)
  }

  @Test("a file that grows is waited for, however it was noticed")
  func growing() {
    for (evidence, patience) in [(Arrivals.Evidence.closed, 200), (.found, 2_000)] {
      var arrivals = Arrivals()
      arrivals.notice("a.jpg", evidence, stamp(0), now: start)
      var now = start
      for size in 1...5 {
        now += .milliseconds(patience)
        #expect(arrivals.take(now: now) { _ in stamp(size) } == [])
      }
      #expect(arrivals.take(now: now + .milliseconds(patience - 1)) { _ in stamp(5) } == [])
      #expect(arrivals.take(now: now + .milliseconds(patience)) { _ in stamp(5) } == ["a.jpg"])
    }
  }

  @Test("what lies there since long is taken at once, in the order of the names")
  func old() {
    var arrivals = Arrivals()
    for name in ["c", "a", "b"] {
      arrivals.notice(name, .found, stamp(1), isOld: true, now: start)
    }
    #expect(arrivals.take(now: start) { _ in stamp(1) } == ["a", "b", "c"])
  }

  @Test("what goes again is forgotten, whether that was told or not")
  func gone() {
    var arrivals = Arrivals()
    arrivals.notice("a", .closed, stamp(1), now: start)
    arrivals.notice("b", .closed, stamp(1), now: start)
    arrivals.forget("a")
    #expect(arrivals.take(now: start + .seconds(1)) { _ in nil } == [])
    #expect(arrivals.isEmpty)
  }

  @Test("a file that was seen to be closed does not wait longer because it is found again")
  func foundAgain() {
    var arrivals = Arrivals()
    arrivals.notice("a", .closed, stamp(1), now: start)
    arrivals.notice("a", .found, stamp(1), now: start)
    #expect(arrivals.nextDue == start + .milliseconds(200))
  }

  @Test("a sidecar is made once at a time, and who came meanwhile is remembered")
  func claims() {
    let claims = PhotographClaims()
    #expect(claims.claim("a.xmp", for: "a.jpg"))
    #expect(!claims.claim("a.xmp", for: "a.png"))
    #expect(claims.claim("b.xmp", for: "b.jpg"))
    #expect(claims.count == 2)
    #expect(claims.release("a.xmp") == ["a.png"])
    #expect(claims.release("b.xmp") == [])
    #expect(claims.claim("a.xmp", for: "a.png"))
  }
}
