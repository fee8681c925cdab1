/// Checks an HDF5 file's structure before libhdf5 reads it, which trusts many of a file's numbers
/// and reads or crashes beyond its memory where they are wrong.
///
/// What is let through is what prepared data and feature caches are made of: one group of datasets
/// that are compact, contiguous or in chunks and not compressed, and attributes, all of numbers or
/// texts. Format: The HDF Group, "HDF5 File Format Specification Version 3.0".
struct HDF5Structure {
  let file: HDF5Bytes
  /// Objects that were gone through, by their place.
  private var objects: Set<Int> = []
  /// Nodes of trees that may still be gone through: no more than the file has room for.
  var nodesLeft: Int
  /// Symbols in a leaf of a group's tree.
  private(set) var symbolsPerLeaf = 0
  /// Children of a node of a group's tree.
  private(set) var childrenPerNode = 0

  /// - Throws: ``DatasetError`` `unreadable`.
  static func check(_ path: String) throws(DatasetError) {
    var structure = HDF5Structure(try HDF5Bytes(path))
    try structure.checkSuperblock()
  }

  private init(_ file: HDF5Bytes) {
    self.file = file
    nodesLeft = file.byteCount / 24
  }

  private mutating func checkSuperblock() throws(DatasetError) {
    var fields = try file.fields(48, at: 0)
    try fields.require(
      try fields.number(1) == 0x89, "it does not begin as HDF5 files do")
    try fields.expect("HDF\r\n\u{1a}\n")
    switch try fields.number(1) {
    case 0: try checkFirstSuperblock()
    case 2, 3:
      try fields.require(try fields.number(2) == 0x0808, "its numbers are not of 8 bytes")
      try fields.skip(1)
      try fields.require(try fields.number(8) == 0, "it begins elsewhere")
      try fields.require(try fields.address() == nil, "it has an extension")
      try fields.skip(8)
      try checkObject(at: try fields.place(), isRoot: true, cached: nil)
    case let version: throw file.failure("version \(version) of HDF5 is not read")
    }
  }

  private mutating func checkFirstSuperblock() throws(DatasetError) {
    var fields = try file.fields(96 - 9, at: 9)
    try fields.skip(4)
    try fields.require(try fields.number(2) == 0x0808, "its numbers are not of 8 bytes")
    try fields.skip(1)
    symbolsPerLeaf = 2 * (try fields.number(2))
    childrenPerNode = 2 * (try fields.number(2))
    try fields.skip(4)
    try fields.require(try fields.number(8) == 0, "it begins elsewhere")
    try fields.require(try fields.address() == nil, "it has a list of free space")
    try fields.skip(8)
    try fields.require(try fields.address() == nil, "it is one of several files")
    try fields.skip(8)
    let root = try fields.place()
    var cached: (tree: Int, heap: Int)?
    switch try fields.number(4) {
    case 0: break
    case 1:
      try fields.skip(4)
      cached = (try fields.place(), try fields.place())
    case let kind: throw file.failure("its root is of kind \(kind)")
    }
    try checkObject(at: root, isRoot: true, cached: cached)
  }

  /// Checks the object at a place: the root, or one of its datasets.
  mutating func checkObject(
    at address: Int, isRoot: Bool, cached: (tree: Int, heap: Int)? = nil
  ) throws(DatasetError) {
    guard objects.insert(address).inserted else { return }
    guard objects.count <= 1_024 else { throw file.failure("it has too many objects") }
    let messages = try HDF5Messages(of: address, in: file)
    var dataset = HDF5DatasetClaims()
    for var message in messages.all {
      switch message.kind {
      case .none: break
      case .attribute: try message.fields.checkAttribute()
      case .dataspace: dataset.space = try message.fields.dataspace()
      case .datatype: dataset.elementBytes = try message.fields.datatype()
      case .fillValue, .oldFillValue:
        dataset.fills.append(
          try message.fields.fillValue(isOld: message.kind == .oldFillValue))
      case .layout: dataset.layout = message.fields
      case .symbolTable:
        let (tree, heap) = (try message.fields.place(), try message.fields.place())
        guard isRoot else { throw file.failure("it has groups in groups") }
        guard symbolsPerLeaf > 0, cached.map({ $0 == (tree, heap) }) ?? true else {
          throw file.failure("its root is in two places")
        }
        try checkGroup(tree: tree, heap: heap)
      case .link:
        guard isRoot else { throw file.failure("it has groups in groups") }
        try checkObject(at: try message.fields.linkedObject(), isRoot: false)
      case .linkInfo, .attributeInfo:
        try message.fields.requireNoHeap(numberBytes: message.kind == .linkInfo ? 8 : 2)
      case .groupInfo:
        try message.fields.skip(1)
        let flags = try message.fields.number(1)
        try message.fields.skip((flags & 1 != 0 ? 4 : 0) + (flags & 2 != 0 ? 4 : 0))
      case .modificationTime: try message.fields.skip(8)
      case .referenceCount: try message.fields.skip(5)
      }
    }
    if dataset.layout != nil {
      try checkDataset(dataset)
    } else if !isRoot {
      throw file.failure("it has an object that is no dataset")
    }
  }
}
