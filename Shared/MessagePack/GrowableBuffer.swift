import CMessagePack
import Glibc
import Tensor

/// Memory that msgpack-c's packer appends to, and that becomes a message without being copied.
@safe
final class GrowableBuffer {
  private var base: UnsafeMutableRawPointer
  private var capacity: Int
  private(set) var count = 0
  /// The first value that could not be written.
  var failure: MessagePackError?

  init(capacity: Int) {
    self.capacity = max(capacity, 16)
    unsafe self.base = GrowableBuffer.allocated(unsafe malloc(self.capacity))
  }

  deinit { unsafe free(base) }

  private static func allocated(_ memory: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer {
    guard let memory = unsafe memory else { fatalError("out of memory for a message") }
    return unsafe memory
  }

  /// Makes room for `extra` more bytes; doubles, so that appending costs O(1) amortised.
  func reserve(_ extra: Int) {
    guard extra > capacity - count else { return }
    capacity = max(capacity * 2, count + extra)
    unsafe base = GrowableBuffer.allocated(unsafe realloc(base, capacity))
  }

  func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, bytes.count > 0 else { return }
    reserve(bytes.count)
    unsafe (base + count).copyMemory(from: source, byteCount: bytes.count)
    count += bytes.count
  }

  /// Calls one of msgpack-c's pack functions with a packer that appends here.
  func pack(_ body: (UnsafeMutablePointer<msgpack_packer>) -> Int32) {
    var packer = unsafe msgpack_packer(
      data: Unmanaged.passUnretained(self).toOpaque(),
      callback: { data, bytes, count in
        let buffer = unsafe Unmanaged<GrowableBuffer>.fromOpaque(data!).takeUnretainedValue()
        unsafe buffer.append(UnsafeRawBufferPointer(start: bytes, count: count))
        return 0
      })
    _ = unsafe body(&packer)
  }

  /// Writes the header of a map of `pairs` pairs in place of the one byte kept for it at `offset`.
  ///
  /// Fewer than 16 pairs fit that byte; for more, what follows moves up.
  func patchMapHeader(at offset: Int, pairs: Int) {
    if pairs < 16 {
      unsafe base.storeBytes(of: 0x80 | UInt8(pairs), toByteOffset: offset, as: UInt8.self)
      return
    }
    let body = count - offset - 1
    reserve(4)
    unsafe memmove(base + offset + 5, base + offset + 1, body)
    unsafe base.storeBytes(of: 0xdf, toByteOffset: offset, as: UInt8.self)
    unsafe (base + offset + 1).storeBytes(of: UInt32(pairs).bigEndian, as: UInt32.self)
    count += 4
  }

  /// Writes the length of a bin whose five bytes of header are kept at `offset` and whose content
  /// is all that follows.
  func patchBinaryHeader(at offset: Int, length: UInt32) {
    unsafe base.storeBytes(of: 0xc6, toByteOffset: offset, as: UInt8.self)
    unsafe (base + offset + 1).storeBytes(of: length.bigEndian, as: UInt32.self)
  }

  /// The bytes written; the buffer is empty afterwards.
  func takeBytes() -> MessageBytes {
    let buffer = unsafe AlignedBuffer(unsafeAdopting: base, byteCount: count) { unsafe free($0) }
    capacity = 16
    count = 0
    unsafe base = GrowableBuffer.allocated(unsafe malloc(capacity))
    return MessageBytes(buffer)
  }
}
