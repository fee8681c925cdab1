internal import Tensor

/// Files that PyTorch's `torch.save` wrote: the ZIP form (since 1.6) and the one before it.
enum PyTorchFile {
  /// How a file of the older form begins: a pickle of the number 0x1950a86a20f9469cfc6c.
  static let legacyPrefix: [UInt8] = [
    0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
  ]

  /// A ZIP archive of `NAME/data.pkl`, which describes the objects, `NAME/data/KEY`, the bytes of
  /// each storage, and `NAME/byteorder`.
  static func readZip(
    _ buffer: AlignedBuffer, path: String
  ) throws(WeightFileError) -> [String: Tensor] {
    let archive = try ZipArchive(buffer, path: path)
    guard let pickle = archive.names.filter({ $0.hasSuffix("/data.pkl") }).min() else {
      throw WeightFileError(
        code: .malformed, path: path, message: "is a ZIP file without PyTorch's data.pkl")
    }
    let folder = pickle.dropLast("data.pkl".count)
    if archive.names.contains("\(folder)byteorder") {
      let range = try archive.range(of: "\(folder)byteorder")
      var reader = ByteReader(buffer, path: path, range: range)
      guard try reader.string(byteCount: range.count, limit: 16) == "little" else {
        throw reader.failure(.unsupported, "was written on a big-endian machine")
      }
    }
    var unpickler = Unpickler(
      ByteReader(buffer, path: path, range: try archive.range(of: pickle)))
    let root = try unpickler.load()
    var ranges: [Range<Int>] = []
    for storage in unpickler.heap.storages {
      ranges.append(try archive.range(of: "\(folder)data/\(storage.key)"))
    }
    return try tensors(of: root, unpickler, buffer, ranges)
  }

  /// Five pickles in a row (magic number, protocol version, facts about the writing machine, the
  /// objects, the storages' keys), then for each key its number of elements and its bytes.
  static func readLegacy(
    _ buffer: AlignedBuffer, path: String
  ) throws(WeightFileError) -> [String: Tensor] {
    var start = ByteReader(buffer, path: path)
    _ = try start.skip(legacyPrefix.count)
    var unpickler = Unpickler(start)
    guard try unpickler.load() == .integer(1001) else {
      throw unpickler.reader.failure(.unsupported, "uses an unknown version of torch.save's format")
    }
    guard case .dictionary(let system) = try unpickler.load(),
      unpickler.heap.dictionaries[system].contains(where: {
        $0.key == .string("little_endian") && $0.value == .bool(true)
      })
    else {
      throw unpickler.reader.failure(.unsupported, "was not written on a little-endian machine")
    }
    let root = try unpickler.load()
    guard case .list(let list) = try unpickler.load() else {
      throw unpickler.reader.failure(.malformed, "lacks the list of its storages")
    }
    var reader = unpickler.reader
    var ranges = [Range<Int>?](repeating: nil, count: unpickler.heap.storages.count)
    for key in unpickler.heap.lists[list] {
      guard case .string(let key) = key, let index = unpickler.storageIndices[key] else {
        throw reader.failure(.malformed, "lists a storage that no tensor uses")
      }
      let storage = unpickler.heap.storages[index]
      guard try reader.integer(Int64.self) == Int64(storage.elementCount) else {
        throw reader.failure(.malformed, "holds storage \(key) with another length than it says")
      }
      let (byteCount, overflow) = storage.elementCount.multipliedReportingOverflow(
        by: storage.type.byteCount)
      ranges[index] = try reader.skip(overflow ? .max : byteCount)
    }
    var found: [Range<Int>] = []
    for (range, storage) in zip(ranges, unpickler.heap.storages) {
      guard let range else { throw reader.failure(.malformed, "lacks the storage \(storage.key)") }
      found.append(range)
    }
    return try tensors(of: root, unpickler, buffer, found)
  }

  /// The tensors in a dictionary and in the dictionaries inside it, their names joined by dots.
  private static func tensors(
    of root: PickleValue, _ unpickler: Unpickler, _ buffer: AlignedBuffer, _ ranges: [Range<Int>]
  ) throws(WeightFileError) -> [String: Tensor] {
    let heap = unpickler.heap
    let reader = unpickler.reader
    for (storage, range) in zip(heap.storages, ranges) {
      let (byteCount, overflow) = storage.elementCount.multipliedReportingOverflow(
        by: storage.type.byteCount)
      guard !overflow, byteCount == range.count else {
        throw reader.failure(
          .malformed,
          "holds \(range.count) bytes for the \(storage.elementCount) elements of "
            + "storage \(storage.key)")
      }
    }
    guard case .dictionary(let top) = root else {
      throw reader.failure(.unsupported, "holds no dictionary of tensors: save a state_dict()")
    }
    var tensors: [String: Tensor] = [:]
    var copiedBytes = 0
    var visits = 0
    var nameBytes = 0
    // Dictionaries still to visit: a list, not recursion, so that depth costs nothing.
    var pending: [(prefix: String, dictionary: Int, depth: Int)] = [("", top, 0)]
    while let (prefix, dictionary, depth) = pending.popLast() {
      for item in heap.dictionaries[dictionary] {
        visits += 1
        guard visits <= Unpickler.Limit.objects else {
          throw reader.failure(.tooLarge, "holds too many objects")
        }
        guard case .string(let key) = item.key else { continue }
        // A pickle can name one long string many times.
        nameBytes += prefix.utf8.count + key.utf8.count
        guard nameBytes <= Unpickler.Limit.stringBytes else {
          throw reader.failure(.tooLarge, "holds names that are too long")
        }
        switch item.value {
        case .dictionary(let inner):
          guard depth < maximumDepth, prefix.utf8.count <= maximumNameLength else { continue }
          pending.append(("\(prefix)\(key).", inner, depth + 1))
        case .tensor(let index):
          let (storage, view) = (heap.tensors[index].storage, heap.tensors[index].view)
          copiedBytes += view.byteCount
          guard copiedBytes <= 2 * buffer.byteCount else {
            throw reader.failure(.tooLarge, "names the same elements again and again")
          }
          tensors[prefix + key] = view.tensor(in: buffer, storage: ranges[storage])
        default: break
        }
      }
    }
    return tensors
  }

  private static let maximumDepth = 8
  private static let maximumNameLength = 4096
}
