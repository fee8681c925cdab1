import Tensor
import Testing

@testable import WeightFiles

/// Pickles written by hand, in the notation of Python's pickletools.
@Suite struct UnpicklerTests {
  private func load(_ pickle: [UInt8]) throws -> PickleValue {
    var unpickler = Unpickler(ByteReader(AlignedBuffer(pickle), path: "test"))
    return try unpickler.load()
  }

  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test func numbers() throws {
    #expect(try load(bytes("K\u{7}.")) == .integer(7))
    #expect(try load(bytes("J") + [0xff, 0xff, 0xff, 0xff] + bytes(".")) == .integer(-1))
    // LONG1: as many bytes as needed, two's complement.
    #expect(try load([0x8a, 0] + bytes(".")) == .integer(0))
    #expect(try load([0x8a, 1, 0x80] + bytes(".")) == .integer(-128))
    #expect(try load([0x8a, 2, 0xff, 0x00] + bytes(".")) == .integer(255))
    #expect(try load(bytes("G") + [0x3f, 0xf8, 0, 0, 0, 0, 0, 0] + bytes(".")) == .float(1.5))
  }

  @Test(arguments: [
    // Functions and classes, by both instructions.
    ("cos\nsystem\n(S'x'\ntR.", WeightFileError.Code.refused),
    ("\u{8c}\u{2}os\u{8c}\u{6}system\u{93}.", .refused),
    ("ctorch\nload\n.", .refused),
    // Instructions that make objects: INST, OBJ, NEWOBJ, EXT1.
    ("(ios\nsystem\n.", .refused), ("(o.", .refused), (")\u{81}.", .refused),
    ("\u{82}\u{1}.", .refused),
    // Stack and marks.
    (".", .malformed), ("0.", .malformed), ("(K\u{1}0.", .malformed), ("(.", .malformed),
    ("t.", .malformed), ("K\u{1}K\u{2}\u{87}.", .malformed), ("(0.", .malformed),
    // Containers used as what they are not.
    ("K\u{1}K\u{2}a.", .malformed), ("]K\u{1}K\u{2}s.", .malformed),
    ("}(K\u{1}u.", .malformed), ("]}b.", .refused),
    // The memo.
    ("h\u{5}.", .malformed), ("q\u{0}.", .malformed),
    // Calls with the wrong things.
    ("K\u{1})R.", .malformed), ("ccollections\nOrderedDict\nK\u{1}\u{85}R.", .malformed),
    ("ctorch._utils\n_rebuild_tensor_v2\n)R.", .malformed), ("K\u{1}Q.", .malformed),
    ("ctorch\nFloatStorage\n)R.", .malformed),
    // Ends early.
    ("", .malformed), ("K", .malformed), ("X\u{5}\u{0}\u{0}\u{0}ab", .malformed),
    ("cos", .malformed),
    // Goes too far.
    ("X\u{0}\u{0}\u{0}\u{7f}a.", .tooLarge), ("\u{80}\u{9}.", .unsupported),
  ])
  func aBrokenPickleIsAnError(pickle: String, code: WeightFileError.Code) {
    // Each character is a byte.
    let bytes = pickle.unicodeScalars.map { UInt8($0.value) }
    let error = #expect(throws: WeightFileError.self) { try load(bytes) }
    #expect(error?.code == code)
  }

  @Test func manyObjectsAreRefused() {
    let error = #expect(throws: WeightFileError.self) {
      try load([UInt8](repeating: UInt8(ascii: "]"), count: 2 << 20))
    }
    #expect(error?.code == .tooLarge)
  }

  @Test func aListThatIsNamedAgainAndAgainIsNotCopiedForever() {
    // A list of 1000 pairs in the memo, and 2000 OrderedDicts of it.
    let pairs = repeatElement(bytes("NN") + [0x86], count: 1000).joined()
    var pickle = bytes("]q\u{0}(") + Array(pairs)
    pickle += bytes("e0")
    for _ in 0..<2000 {
      pickle += bytes("ccollections\nOrderedDict\nh\u{0}") + [0x85] + bytes("R0")
    }
    let error = #expect(throws: WeightFileError.self) { try load(pickle + bytes("N.")) }
    #expect(error?.code == .tooLarge)
  }

  @Test(arguments: [
    // offset, extents, strides of a view of 24 elements
    (0, [24], [1], true), (23, [1], [1], true), (0, [2, 3], [12, 4], true), (24, [0], [1], true),
    (0, [], [], true), (23, [], [], true), (0, [1], [Int.max], true), (0, [2, 2], [0, 1], true),
    (24, [], [], false), (1, [24], [1], false), (0, [2, 2], [23, 1], false),
    (-1, [1], [1], false), (0, [-1], [1], false), (0, [2], [-1], false), (0, [2], [1, 1], false),
    // More elements than the storage has.
    (0, [25], [0], false), (0, [1 << 40], [0], false),
    // Numbers that overflow.
    (Int.max, [2], [1], false), (0, [2], [Int.max], false), (0, [3, 3], [Int.max / 2, 1], false),
    (0, [Int.max, Int.max], [0, 0], false),
  ])
  func aViewMustLieInItsStorage(
    offset: Int, extents: [Int], strides: [Int], expected: Bool
  ) {
    let view = StridedView(type: .float32, offset: offset, extents: extents, strides: strides)
    #expect(view.fits(inStorageOf: 24) == expected)
    if expected {
      // Reading it must not trap.
      let buffer = AlignedBuffer(byteCount: 96)
      #expect(view.tensor(in: buffer, storage: 0..<96).shape == Shape(extents))
    }
  }
}
