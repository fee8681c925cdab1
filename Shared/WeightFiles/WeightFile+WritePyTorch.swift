public import Tensor

extension WeightFile {
  /// Writes float32 tensors as `torch.save` writes a state_dict, complete or not at all:
  /// `torch.load(path, weights_only=True)` gives a dictionary of them in this order.
  ///
  /// - Throws: ``WeightFileError`` `unwritable`; what was at `path` before is still there.
  public static func writePyTorch(
    _ tensors: [(name: String, tensor: Tensor)], to path: String
  ) throws(WeightFileError) {
    for (name, tensor) in tensors {
      precondition(tensor.elementType == .float32, "\(name) holds \(tensor.elementType)")
    }
    var archive = try ZipWriter(path)
    let pickle = StateDictionaryPickle(tensors)
    try unsafe archive.add("archive/data.pkl", pickle.bytes.span.bytes)
    let byteOrder = Array("little".utf8)
    try unsafe archive.add("archive/byteorder", byteOrder.span.bytes)
    for (index, entry) in tensors.enumerated() {
      try archive.add("archive/data/\(index)", entry.tensor.bytes)
    }
    let version = Array("3\n".utf8)
    try unsafe archive.add("archive/version", version.span.bytes)
    try archive.finish()
  }
}

/// The pickle (protocol 2) of a dictionary of contiguous float32 tensors, each in a storage of its
/// own with its place in the list for a key.
private struct StateDictionaryPickle {
  private(set) var bytes: [UInt8] = [0x80, 2]

  init(_ tensors: [(name: String, tensor: Tensor)]) {
    bytes += [0x7D, 0x28]  // EMPTY_DICT MARK
    for (index, (name, tensor)) in tensors.enumerated() {
      add(name)
      add(tensor.shape, key: "\(index)")
    }
    bytes += [0x75, 0x2E]  // SETITEMS STOP
  }

  /// `torch._utils._rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())`.
  private mutating func add(_ shape: Shape, key: String) {
    addGlobal("torch._utils", "_rebuild_tensor_v2")
    bytes += [0x28, 0x28]  // MARK MARK
    add("storage")
    addGlobal("torch", "FloatStorage")
    add(key)
    add("cpu")
    add(shape.elementCount)
    bytes += [0x74, 0x51]  // TUPLE BINPERSID
    add(0)
    add(shape.dimensions)
    var strides: [Int] = []
    for index in shape.dimensions.indices {
      strides.append(shape.dimensions[(index + 1)...].reduce(1, *))
    }
    add(strides)
    bytes.append(0x89)  // NEWFALSE
    addGlobal("collections", "OrderedDict")
    bytes += [0x29, 0x52]  // EMPTY_TUPLE REDUCE
    bytes += [0x74, 0x52]  // TUPLE REDUCE
  }

  private mutating func addGlobal(_ module: String, _ name: String) {
    bytes += [0x63] + Array("\(module)\n\(name)\n".utf8)  // GLOBAL
  }

  private mutating func add(_ text: String) {
    bytes.append(0x58)  // BINUNICODE
    addInteger(UInt32(text.utf8.count))
    bytes += Array(text.utf8)
  }

  private mutating func add(_ number: Int) {
    if let small = Int32(exactly: number) {
      bytes.append(0x4A)  // BININT
      addInteger(UInt32(bitPattern: small))
    } else {
      bytes += [0x8A, 8]  // LONG1
      addInteger(UInt64(number))
    }
  }

  private mutating func add(_ numbers: [Int]) {
    bytes.append(0x28)  // MARK
    for number in numbers { add(number) }
    bytes.append(0x74)  // TUPLE
  }

  private mutating func addInteger(_ number: some FixedWidthInteger) {
    for shift in stride(from: 0, to: number.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }
}
