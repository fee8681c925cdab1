import Testing

@testable import Encoders

@Suite struct MemoryPlanTests {
  @Test func blocksThatLiveTogetherDoNotOverlap() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      let blocks = (0..<Int.random(in: 0...40, using: &random)).map { _ in
        let first = Int.random(in: 0...20, using: &random)
        return MemoryPlan.Block(
          byteCount: Int.random(in: 0...1000, using: &random),
          lifetime: first...(first + Int.random(in: 0...5, using: &random)))
      }
      let plan = MemoryPlan(blocks, alignment: 64)
      for i in blocks.indices {
        #expect(plan.offsets[i] % 64 == 0)
        #expect(plan.offsets[i] + blocks[i].byteCount <= plan.byteCount)
        for j in 0..<i where blocks[i].lifetime.overlaps(blocks[j].lifetime) {
          #expect(
            plan.offsets[i] + blocks[i].byteCount <= plan.offsets[j]
              || plan.offsets[j] + blocks[j].byteCount <= plan.offsets[i],
            "\(blocks[i]) at \(plan.offsets[i]), \(blocks[j]) at \(plan.offsets[j])")
        }
      }
    }
  }

  @Test func aChainTakesTwoBuffers() {
    // Each layer reads one block and writes the next.
    let blocks = (0..<10).map { MemoryPlan.Block(byteCount: 640, lifetime: $0...($0 + 1)) }
    #expect(MemoryPlan(blocks, alignment: 64).byteCount == 1280)
  }
}
