/// What a pickle can hold here. Containers are kept in a ``PickleHeap`` and referred to by index,
/// so that nothing a file says makes a cycle, or a chain that is torn down by recursion.
enum PickleValue: Equatable {
  case none
  case bool(Bool)
  case integer(Int64)
  case float(Double)
  case string(String)
  case list(Int)
  case tuple(Int)
  case dictionary(Int)
  /// The name of a function or class.
  case global(PickleGlobal)
  /// The bytes that tensors lie in.
  case storage(Int)
  case tensor(Int)
}

/// The functions and classes that a pickle may name; any other is refused.
enum PickleGlobal: Equatable {
  case orderedDictionary
  case rebuildTensor
  case rebuildParameter
  case storageType(StoredType)

  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"):
      self = .rebuildTensor
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch", _):
      guard let type = Self.storageTypes[name] else { return nil }
      self = .storageType(type)
    default: return nil
    }
  }

  private static let storageTypes: [String: StoredType] = [
    "HalfStorage": .float16, "BFloat16Storage": .bfloat16, "FloatStorage": .float32,
    "DoubleStorage": .float64, "ByteStorage": .uint8, "CharStorage": .int8,
    "IntStorage": .int32, "LongStorage": .int64, "BoolStorage": .bool,
  ]
}

/// The containers, storages and tensors of a pickle.
struct PickleHeap {
  /// Storage as the pickle declares it; its bytes lie elsewhere in the file.
  struct Storage: Equatable {
    var type: StoredType
    var key: String
    var elementCount: Int
  }

  struct TensorReference {
    var storage: Int
    var view: StridedView
  }

  var lists: [[PickleValue]] = []
  var tuples: [[PickleValue]] = []
  var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  var storages: [Storage] = []
  var tensors: [TensorReference] = []

  var objectCount: Int {
    lists.count + tuples.count + dictionaries.count + storages.count + tensors.count
  }
}
