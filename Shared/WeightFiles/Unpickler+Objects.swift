// What the pickle's instructions build.

extension Unpickler {
  mutating func append(_ values: [PickleValue]) throws(WeightFileError) {
    guard case .list(let list) = try top() else {
      throw reader.failure(.malformed, "holds a pickle that appends to something other than a list")
    }
    heap.lists[list] += values
  }

  mutating func setItems(_ values: [PickleValue]) throws(WeightFileError) {
    guard case .dictionary(let dictionary) = try top(), values.count.isMultiple(of: 2) else {
      throw reader.failure(
        .malformed, "holds a pickle that sets items of something else than a dict")
    }
    for index in stride(from: 0, to: values.count, by: 2) {
      heap.dictionaries[dictionary].append((values[index], values[index + 1]))
    }
  }

  /// Python's BUILD sets an object's attributes. A state_dict carries one, `_metadata` with the
  /// versions of its modules, which nothing here needs.
  mutating func build() throws(WeightFileError) {
    _ = try pop()
    guard case .dictionary = try top() else {
      throw reader.failure(.refused, "sets attributes of something other than a dictionary")
    }
  }

  /// Calls one of the known functions.
  mutating func call(
    _ function: PickleValue, _ arguments: PickleValue
  ) throws(WeightFileError) -> PickleValue {
    guard case .global(let global) = function, case .tuple(let tuple) = arguments else {
      throw reader.failure(.malformed, "holds a pickle that calls something other than a function")
    }
    let arguments = heap.tuples[tuple]
    switch global {
    case .orderedDictionary:
      let items = try items(arguments)
      copiedItems += items.count
      guard copiedItems <= Limit.objects else {
        throw reader.failure(.tooLarge, "holds a pickle with too many objects")
      }
      heap.dictionaries.append(items)
      return .dictionary(heap.dictionaries.count - 1)
    case .rebuildTensor: return try tensor(arguments)
    case .rebuildParameter:
      guard case .tensor(let index)? = arguments.first else { break }
      return .tensor(index)
    case .storageType: break
    }
    throw reader.failure(.malformed, "holds a pickle that calls \(global) with the wrong arguments")
  }

  /// The arguments of OrderedDict: none, or a list of pairs.
  private func items(
    _ arguments: [PickleValue]
  ) throws(WeightFileError) -> [(key: PickleValue, value: PickleValue)] {
    if arguments.isEmpty { return [] }
    guard arguments.count == 1, case .list(let list) = arguments[0] else {
      throw reader.failure(.malformed, "holds an OrderedDict made of something other than a list")
    }
    var items: [(key: PickleValue, value: PickleValue)] = []
    for pair in heap.lists[list] {
      guard let pair = sequence(pair), pair.count == 2 else {
        throw reader.failure(.malformed, "holds an OrderedDict made of something other than pairs")
      }
      items.append((pair[0], pair[1]))
    }
    return items
  }

  private func sequence(_ value: PickleValue) -> [PickleValue]? {
    switch value {
    case .list(let index): heap.lists[index]
    case .tuple(let index): heap.tuples[index]
    default: nil
    }
  }

  /// A persistent id: ('storage', type, key, device, number of elements[, view]).
  mutating func storage(_ id: PickleValue) throws(WeightFileError) -> Int {
    guard case .tuple(let tuple) = id, (5...6).contains(heap.tuples[tuple].count),
      case .string("storage") = heap.tuples[tuple][0],
      case .global(.storageType(let type)) = heap.tuples[tuple][1],
      case .string(let key) = heap.tuples[tuple][2],
      case .integer(let count) = heap.tuples[tuple][4], count >= 0
    else { throw reader.failure(.malformed, "refers to something other than a tensor's storage") }
    if heap.tuples[tuple].count == 6, heap.tuples[tuple][5] != .none {
      throw reader.failure(.unsupported, "holds a view of a storage, as PyTorch 0.1 wrote it")
    }
    let storage = PickleHeap.Storage(type: type, key: key, elementCount: Int(count))
    if let index = storageIndices[key] {
      guard heap.storages[index] == storage else {
        throw reader.failure(.malformed, "describes the storage \(key) in two ways")
      }
      return index
    }
    storageIndices[key] = heap.storages.count
    heap.storages.append(storage)
    return heap.storages.count - 1
  }

  /// The arguments of _rebuild_tensor_v2: storage, offset, size, stride, and more that only
  /// training needs.
  private mutating func tensor(_ arguments: [PickleValue]) throws(WeightFileError) -> PickleValue {
    guard arguments.count >= 4, case .storage(let storage) = arguments[0],
      case .integer(let offset) = arguments[1], let extents = integers(arguments[2]),
      let strides = integers(arguments[3])
    else { throw reader.failure(.malformed, "describes a tensor in an unknown way") }
    let declared = heap.storages[storage]
    let view = StridedView(
      type: declared.type, offset: Int(offset), extents: extents, strides: strides)
    guard view.fits(inStorageOf: declared.elementCount) else {
      throw reader.failure(
        .malformed,
        "describes a tensor of \(extents) with strides \(strides) from element \(offset) on, "
          + "which does not fit in its storage of \(declared.elementCount) elements")
    }
    heap.tensors.append(.init(storage: storage, view: view))
    return .tensor(heap.tensors.count - 1)
  }

  private func integers(_ value: PickleValue) -> [Int]? {
    guard let values = sequence(value), values.count <= StridedView.maximumRank else { return nil }
    var integers: [Int] = []
    for value in values {
      guard case .integer(let integer) = value else { return nil }
      integers.append(Int(integer))
    }
    return integers
  }
}
