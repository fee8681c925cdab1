/// How much structure a message may have, checked before anything is allocated for it.
///
/// The number of bytes is not limited here: whoever received them has already limited it.
public struct MessagePackLimits: Hashable, Sendable {
  /// The deepest nesting of arrays and maps; at most 30, which is what msgpack-c can unpack.
  public var maxDepth: Int
  /// Values in the whole message, containers, keys and their values included. An item takes 24
  /// bytes of memory once unpacked; numbers in bulk belong into a tensor.
  public var maxItems: Int

  public init(maxDepth: Int = 16, maxItems: Int = 262_144) {
    precondition((1...30).contains(maxDepth) && maxItems > 0)
    self.maxDepth = maxDepth
    self.maxItems = maxItems
  }
}
