/// Places for blocks of memory in one buffer, such that blocks which are alive at the same time do
/// not overlap.
///
/// Greedy by size (Pisarchyk & Lee 2020, https://arxiv.org/abs/2001.03288): the largest block
/// first, each at the lowest place that is free while it lives.
struct MemoryPlan: Equatable {
  struct Block: Equatable {
    var byteCount: Int
    /// The first and the last step that uses the block.
    var lifetime: ClosedRange<Int>
  }

  /// Where each block begins, in the blocks' order.
  private(set) var offsets: [Int]
  /// Bytes that the blocks need together.
  private(set) var byteCount: Int

  init(_ blocks: [Block], alignment: Int) {
    offsets = [Int](repeating: 0, count: blocks.count)
    byteCount = 0
    let sizes = blocks.map { ($0.byteCount + alignment - 1) / alignment * alignment }
    var placed: [Int] = []
    // Ties go to the earlier block, so that a plan depends on nothing but its blocks.
    for block in blocks.indices.sorted(by: { (-sizes[$0], $0) < (-sizes[$1], $1) }) {
      let neighbours = placed.filter { blocks[$0].lifetime.overlaps(blocks[block].lifetime) }
      var offset = 0
      for neighbour in neighbours.sorted(by: { offsets[$0] < offsets[$1] }) {
        if offset + sizes[block] <= offsets[neighbour] { break }
        offset = max(offset, offsets[neighbour] + sizes[neighbour])
      }
      offsets[block] = offset
      byteCount = max(byteCount, offset + sizes[block])
      placed.append(block)
    }
  }
}
