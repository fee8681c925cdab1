/// What messages of objects say.
extension HDF5Fields {
  /// The extents of a dataspace; nil for one without elements.
  mutating func dataspace() throws(DatasetError) -> HDF5Extents {
    let version = try number(1)
    let rank = try number(1)
    let flags = try number(1)
    let kind = version == 2 ? try number(1) : nil
    try require((1...2).contains(version) && rank <= 32 && flags & ~1 == 0, "impossible extents")
    if version == 1 { try skip(5) }
    if kind == 2 { return HDF5Extents(dimensions: [], count: 0) }
    try require(kind == nil || kind == (rank > 0 ? 1 : 0), "impossible extents")
    var dimensions: [Int] = []
    var count = 1
    for _ in 0..<rank {
      dimensions.append(try number(8))
      let (product, overflow) = count.multipliedReportingOverflow(by: dimensions.last!)
      try require(!overflow, "impossible extents")
      count = product
    }
    if flags & 1 != 0 { try skip(8 * rank) }
    return HDF5Extents(dimensions: dimensions, count: count)
  }

  /// The bytes of an element: a whole number, a floating-point number or a text.
  mutating func datatype() throws(DatasetError) -> Int {
    let classAndVersion = try number(1)
    try skip(3)
    let byteCount = try number(4)
    try require((1...3).contains(classAndVersion >> 4), "numbers of an unknown kind")
    switch classAndVersion & 0x0F {
    case 0:
      try require((1...8).contains(byteCount), "numbers of \(byteCount) bytes")
      try requireBits(byteCount)
    case 1:
      try require((1...8).contains(byteCount), "numbers of \(byteCount) bytes")
      let bits = try requireBits(byteCount)
      for _ in 0..<2 {
        let (start, count) = (try number(1), try number(1))
        try require(count > 0 && start + count <= bits, "impossible numbers")
      }
      try skip(4)
    case 3: try require((1...1 << 16).contains(byteCount), "texts of \(byteCount) bytes")
    case 9:
      // A text of any length, which is kept elsewhere: never read here.
      try require(byteCount == 16, "impossible texts")
      var base = self
      try require(try base.number(1) & 0x0F != 9, "lists of lists")
      _ = try datatype()
    default: throw file.failure("it holds something else than numbers and texts")
    }
    return byteCount
  }

  /// Reads where in a number its bits are; returns how many there are.
  @discardableResult
  private mutating func requireBits(_ byteCount: Int) throws(DatasetError) -> Int {
    let (start, count) = (try number(2), try number(2))
    try require(count > 0 && start + count <= 8 * byteCount, "impossible numbers")
    return count
  }

  mutating func checkAttribute() throws(DatasetError) {
    let version = try number(1)
    try require((1...3).contains(version), "an attribute of an unknown version")
    try require(try number(1) == 0 || version == 1, "an attribute shares its description")
    let (name, type, space) = (try number(2), try number(2), try number(2))
    if version == 3 { try skip(1) }
    func padded(_ count: Int) -> Int { version == 1 ? (count + 7) & ~7 : count }
    try part(padded(name)).part(prefix: name).requireText(at: 0)
    var typeFields = try part(padded(type)).part(prefix: type)
    let elementBytes = try typeFields.datatype()
    var spaceFields = try part(padded(space)).part(prefix: space)
    let count = try spaceFields.dataspace().count
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: elementBytes)
    try require(!overflow && byteCount <= remaining, "an attribute ends early")
  }

  /// The first bytes.
  private func part(prefix count: Int) throws(DatasetError) -> HDF5Fields {
    var fields = self
    return try fields.part(count)
  }

  /// The bytes of the value of elements that were never written; 0 where there is none.
  mutating func fillValue(isOld: Bool) throws(DatasetError) -> Int {
    var hasValue = true
    var isSigned = false
    if !isOld {
      let version = try number(1)
      try require((1...3).contains(version), "a fill value of an unknown version")
      let flags = try number(1)
      if version == 3 {
        hasValue = flags & 0x20 != 0
      } else {
        try skip(1)
        hasValue = try number(1) != 0 || version == 1
        isSigned = true
      }
    }
    guard hasValue else { return 0 }
    let byteCount = try number(4)
    // In some versions a count below zero stands for none; in the others it is a large one.
    if isSigned, Int32(truncatingIfNeeded: byteCount) < 0 { return 0 }
    try skip(byteCount)
    return byteCount
  }

  /// The object that a link leads to.
  mutating func linkedObject() throws(DatasetError) -> Int {
    try require(try number(1) == 1, "a link of an unknown version")
    let flags = try number(1)
    if flags & 0x08 != 0 {
      try require(try number(1) == 0, "it leads to other files or to other names")
    }
    try skip((flags & 0x04 != 0 ? 8 : 0) + (flags & 0x10 != 0 ? 1 : 0))
    let name = try number(1 << (flags & 3))
    try require(name > 0, "a link without a name")
    try skip(name)
    return try place()
  }

  /// Says that links, or attributes, are all in the object's header.
  mutating func requireNoHeap(numberBytes: Int) throws(DatasetError) {
    try skip(1)
    if try number(1) & 1 != 0 { try skip(numberBytes) }
    try require(try address() == nil, "an object has too many names for its header")
  }
}

/// The extents of what an HDF5 file holds.
struct HDF5Extents {
  var dimensions: [Int]
  /// Their product.
  var count: Int
}
