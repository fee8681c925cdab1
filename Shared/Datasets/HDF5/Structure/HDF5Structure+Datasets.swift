/// What an object that is a dataset says of itself.
struct HDF5DatasetClaims {
  var space: HDF5Extents?
  var elementBytes: Int?
  /// Bytes of the values for what was never written.
  var fills: [Int] = []
  var layout: HDF5Fields?
}

extension HDF5Structure {
  mutating func checkDataset(_ claims: HDF5DatasetClaims) throws(DatasetError) {
    guard let space = claims.space, let elementBytes = claims.elementBytes,
      var layout = claims.layout, claims.fills.allSatisfy({ $0 == 0 || $0 == elementBytes })
    else { throw file.failure("a dataset does not say what it holds") }
    let (byteCount, overflow) = space.count.multipliedReportingOverflow(by: elementBytes)
    try layout.require(!overflow, "a dataset is too large")
    try layout.require(
      try layout.number(1) == 3, "its layout is too new; store it for older programs")
    switch try layout.number(1) {
    case 0:
      let stored = try layout.number(2)
      try layout.skip(stored)
      try layout.require(stored == byteCount, "a dataset is not as large as it says")
    case 1:
      let address = try layout.address()
      let stored = try layout.number(8)
      try layout.require(stored == byteCount, "a dataset is not as large as it says")
      if let address { try file.require(stored, at: address) }
    case 2:
      let rank = try layout.number(1)
      let tree = try layout.address()
      var chunkBytes = 1
      for axis in 0..<rank {
        let extent = try layout.number(4)
        let (product, overflow) = chunkBytes.multipliedReportingOverflow(by: extent)
        try layout.require(
          extent > 0 && !overflow && product < 1 << 31
            && (axis < rank - 1 || extent == elementBytes), "impossible chunks")
        chunkBytes = product
      }
      try layout.require(
        rank > 1 && rank == space.dimensions.count + 1, "chunks of \(rank - 1) axes")
      if let tree { try checkChunks(tree, level: nil, rank: rank, chunkBytes: chunkBytes) }
    case let kind: throw file.failure("a dataset of the layout \(kind)")
    }
  }

  /// Goes through a tree of chunks; each level has to be one below the last.
  private mutating func checkChunks(
    _ address: Int, level: Int?, rank: Int, chunkBytes: Int
  ) throws(DatasetError) {
    let (found, count, start) = try node(at: address, type: 1, below: level, most: 64)
    let keyBytes = 8 + 8 * rank
    var fields = try file.fields(count * (keyBytes + 8) + keyBytes, at: start)
    for _ in 0..<count {
      let stored = try fields.number(4)
      let filtersLeftOut = try fields.number(4)
      try fields.require(stored == chunkBytes && filtersLeftOut == 0, "an impossible chunk")
      try fields.skip(8 * rank)
      let child = try fields.place()
      if found == 0 {
        try file.require(stored, at: child)
      } else {
        try checkChunks(child, level: found, rank: rank, chunkBytes: chunkBytes)
      }
    }
  }

  /// The level of a tree's node, how many children it has, and where its keys begin.
  mutating func node(
    at address: Int, type: Int, below parent: Int?, most: Int
  ) throws(DatasetError) -> (level: Int, count: Int, start: Int) {
    nodesLeft -= 1
    var fields = try file.fields(24, at: address)
    try fields.expect("TREE")
    try fields.require(try fields.number(1) == type, "a tree of something else")
    let level = try fields.number(1)
    let count = try fields.number(2)
    try fields.require(
      nodesLeft >= 0 && level == (parent.map { $0 - 1 } ?? level) && level < 16 && count <= most,
      "an impossible tree")
    return (level, count, address + 24)
  }
}
