/// Reads the pickles that `torch.save` writes, and builds nothing but numbers, strings, lists,
/// tuples, dictionaries and descriptions of tensors.
///
/// Python's pickle is a program for a stack machine that can call any function by name. This
/// machine knows the names of ``PickleGlobal`` and refuses every other one, so a file cannot run
/// code. The instructions are those of Python's Lib/pickletools.py that such files use
/// (protocols 2 to 5).
struct Unpickler {
  /// How much of everything a file may ask for.
  enum Limit {
    static let stack = 1 << 20
    static let objects = 1 << 20
    static let memo = 1 << 20
    static let stringBytes = 64 << 20
  }

  private(set) var reader: ByteReader
  var heap = PickleHeap()
  /// Where each storage key stands in the heap.
  var storageIndices: [String: Int] = [:]
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var stringBytes = 0
  /// How many items were copied from lists into dictionaries: a list can be named many times.
  var copiedItems = 0

  init(_ reader: ByteReader) { self.reader = reader }

  /// Runs one pickle to its end. The next one, if any, begins where the ``reader`` stands.
  mutating func load() throws(WeightFileError) -> PickleValue {
    stack = []
    marks = []
    memo = [:]
    while true {
      let code = try reader.byte()
      guard let instruction = Instruction(rawValue: code) else {
        throw reader.failure(
          .refused, "holds the pickle instruction \(code), which is not run here")
      }
      if instruction == .stop { return try pop() }
      try run(instruction)
      guard stack.count <= Limit.stack, heap.objectCount <= Limit.objects,
        memo.count <= Limit.memo, marks.count <= Limit.stack, stringBytes <= Limit.stringBytes
      else { throw reader.failure(.tooLarge, "holds a pickle with too many objects") }
    }
  }

  private enum Instruction: UInt8 {
    case proto = 0x80
    case frame = 0x95
    case stop = 0x2e
    case mark = 0x28
    case pop = 0x30
    case none = 0x4e
    case newTrue = 0x88
    case newFalse = 0x89
    case byte = 0x4b
    case short = 0x4d
    case int = 0x4a
    case long = 0x8a
    case float = 0x47
    case unicode = 0x58
    case shortUnicode = 0x8c
    case longUnicode = 0x8d
    case string = 0x54
    case shortString = 0x55
    case emptyList = 0x5d
    case append = 0x61
    case appends = 0x65
    case emptyTuple = 0x29
    case tuple = 0x74
    case tuple1 = 0x85
    case tuple2 = 0x86
    case tuple3 = 0x87
    case emptyDictionary = 0x7d
    case setItem = 0x73
    case setItems = 0x75
    case put = 0x71
    case longPut = 0x72
    case memoize = 0x94
    case get = 0x68
    case longGet = 0x6a
    case global = 0x63
    case stackGlobal = 0x93
    case persistentID = 0x51
    case reduce = 0x52
    case build = 0x62
  }

  private mutating func run(_ instruction: Instruction) throws(WeightFileError) {
    switch instruction {
    case .proto:
      let version = try reader.byte()
      guard (2...5).contains(version) else {
        throw reader.failure(.unsupported, "uses pickle protocol \(version); 2 to 5 are read")
      }
    case .frame: _ = try reader.integer(UInt64.self)
    case .stop: break
    case .mark: marks.append(stack.count)
    case .pop: _ = try pop()

    case .none: stack.append(.none)
    case .newTrue: stack.append(.bool(true))
    case .newFalse: stack.append(.bool(false))
    case .byte: stack.append(.integer(Int64(try reader.byte())))
    case .short: stack.append(.integer(Int64(try reader.integer(UInt16.self))))
    case .int: stack.append(.integer(Int64(try reader.integer(Int32.self))))
    case .long: stack.append(.integer(try longInteger()))
    case .float:
      let bits = try reader.integer(UInt64.self)
      stack.append(.float(Double(bitPattern: bits.byteSwapped)))

    case .unicode, .string: try pushString(Int(try reader.integer(UInt32.self)))
    case .shortUnicode, .shortString: try pushString(Int(try reader.byte()))
    case .longUnicode: try pushString(Int(clamping: try reader.integer(UInt64.self)))

    case .emptyList: push(list: [])
    case .append: try append([try pop()])
    case .appends: try append(try popToMark())
    case .emptyTuple: push(tuple: [])
    case .tuple: push(tuple: try popToMark())
    case .tuple1: push(tuple: try pop(1))
    case .tuple2: push(tuple: try pop(2))
    case .tuple3: push(tuple: try pop(3))
    case .emptyDictionary: push(dictionary: [])
    case .setItem: try setItems(try pop(2))
    case .setItems: try setItems(try popToMark())

    case .put: memo[Int(try reader.byte())] = try top()
    case .longPut: memo[Int(try reader.integer(UInt32.self))] = try top()
    case .memoize: memo[memo.count] = try top()
    case .get: try pushMemo(Int(try reader.byte()))
    case .longGet: try pushMemo(Int(try reader.integer(UInt32.self)))

    case .global: try pushGlobal(module: try reader.line(), name: try reader.line())
    case .stackGlobal:
      guard case .string(let name) = try pop(), case .string(let module) = try pop() else {
        throw reader.failure(.malformed, "names a class with something other than strings")
      }
      try pushGlobal(module: module, name: name)
    case .persistentID: stack.append(.storage(try storage(try pop())))
    case .reduce:
      let arguments = try pop()
      stack.append(try call(try pop(), arguments))
    case .build: try build()
    }
  }
}

// MARK: The stack

extension Unpickler {
  mutating func pop() throws(WeightFileError) -> PickleValue {
    guard stack.count > (marks.last ?? 0) else {
      throw reader.failure(.malformed, "holds a pickle that takes from an empty stack")
    }
    return stack.removeLast()
  }

  private mutating func pop(_ count: Int) throws(WeightFileError) -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else {
      throw reader.failure(.malformed, "holds a pickle that takes from an empty stack")
    }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws(WeightFileError) -> [PickleValue] {
    guard let mark = marks.last else {
      throw reader.failure(.malformed, "holds a pickle that misses a mark")
    }
    let values = try pop(stack.count - mark)
    marks.removeLast()
    return values
  }

  func top() throws(WeightFileError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.last else {
      throw reader.failure(.malformed, "holds a pickle that takes from an empty stack")
    }
    return value
  }

  private mutating func pushMemo(_ index: Int) throws(WeightFileError) {
    guard let value = memo[index] else {
      throw reader.failure(.malformed, "holds a pickle that recalls what it never stored")
    }
    stack.append(value)
  }

  private mutating func pushString(_ byteCount: Int) throws(WeightFileError) {
    stack.append(.string(try reader.string(byteCount: byteCount)))
    stringBytes += byteCount
  }

  private mutating func push(list: [PickleValue]) {
    stack.append(.list(heap.lists.count))
    heap.lists.append(list)
  }

  private mutating func push(tuple: [PickleValue]) {
    stack.append(.tuple(heap.tuples.count))
    heap.tuples.append(tuple)
  }

  private mutating func push(dictionary: [(key: PickleValue, value: PickleValue)]) {
    stack.append(.dictionary(heap.dictionaries.count))
    heap.dictionaries.append(dictionary)
  }

  private mutating func pushGlobal(module: String, name: String) throws(WeightFileError) {
    guard let global = PickleGlobal(module: module, name: name) else {
      throw reader.failure(
        .refused,
        "asks for the Python object \(module).\(name); only tensors, numbers, strings, lists and "
          + "dictionaries are read: save the model's state_dict()")
    }
    stack.append(.global(global))
  }

  private mutating func longInteger() throws(WeightFileError) -> Int64 {
    let count = Int(try reader.byte())
    guard count <= 8 else {
      throw reader.failure(.unsupported, "holds an integer of \(count) bytes; at most 8 are read")
    }
    var bits: UInt64 = 0
    var last: UInt8 = 0
    for index in 0..<count {
      last = try reader.byte()
      bits |= UInt64(last) << (8 * UInt64(index))
    }
    if last >= 0x80, count < 8 { bits |= ~0 << (8 * UInt64(count)) }
    return Int64(bitPattern: bits)
  }
}
