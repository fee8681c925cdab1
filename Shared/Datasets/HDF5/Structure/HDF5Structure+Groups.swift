extension HDF5Structure {
  /// Checks a group of the first version: a tree of symbols whose names are in a heap.
  mutating func checkGroup(tree: Int, heap: Int) throws(DatasetError) {
    try checkSymbols(tree, level: nil, names: try names(at: heap))
  }

  /// The bytes that names are in.
  private func names(at address: Int) throws(DatasetError) -> HDF5Fields {
    var heap = try file.fields(32, at: address)
    try heap.expect("HEAP")
    try heap.require(try heap.number(4) == 0, "names of an unknown version")
    let byteCount = try heap.number(8)
    var free = try heap.number(8)
    let names = try file.fields(byteCount, at: try heap.place())
    // Free places are a list, which 1 ends; each is behind the last in what libhdf5 writes, but
    // need not be.
    var left = byteCount / 16
    while free != 1 {
      var place = names
      try place.skip(free)
      free = try place.number(8)
      let size = try place.number(8)
      left -= 1
      try heap.require(left >= 0 && size >= 16 && size - 16 <= place.remaining, "impossible names")
    }
    return names
  }

  private mutating func checkSymbols(
    _ address: Int, level: Int?, names: HDF5Fields
  ) throws(DatasetError) {
    let (found, count, start) = try node(
      at: address, type: 0, below: level, most: childrenPerNode)
    var fields = try file.fields(count * 16 + 8, at: start)
    try names.requireText(at: try fields.number(8))
    for _ in 0..<count {
      let child = try fields.place()
      try names.requireText(at: try fields.number(8))
      if found == 0 {
        try checkLeaf(child, names: names)
      } else {
        try checkSymbols(child, level: found, names: names)
      }
    }
  }

  private mutating func checkLeaf(_ address: Int, names: HDF5Fields) throws(DatasetError) {
    var header = try file.fields(8, at: address)
    try header.expect("SNOD")
    try header.require(try header.number(2) == 1, "symbols of an unknown version")
    let count = try header.number(2)
    try header.require(count <= symbolsPerLeaf, "too many symbols")
    var fields = try file.fields(40 * count, at: address + 8)
    for _ in 0..<count {
      try names.requireText(at: try fields.number(8))
      let object = try fields.place()
      try fields.require(try fields.number(4) == 0, "it has groups in groups")
      try fields.skip(20)
      try checkObject(at: object, isRoot: false)
    }
  }
}
