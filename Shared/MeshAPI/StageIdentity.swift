public import MessagePack

/// What a worker was made with, so that workers that do not fit together are refused at once.
///
/// A worker's ``expects`` has to be what the stage before it ``produces``, and all workers of a
/// stage have to agree on both. For a loader, ``produces`` is the identity of its preprocessing;
/// an encoder expects that, and produces the identity of its features: its weights' hash and the
/// preprocessing; a decoder expects that, and produces the identity of its checkpoint.
public struct StageIdentity: MessagePackMessage, Hashable, Encodable {
  /// The identity of the inputs; nil where any will do.
  public var expects: String?
  /// The identity of the outputs; nil where nobody depends on it.
  public var produces: String?
  /// What the identities are made of, for people: hashes of "weights", "preprocessing",
  /// "vocabulary" and the like, by name; and an encoder's "precision", on which they do not depend.
  public var hashes: [String: String]
  /// What people call it: a decoder's checkpoint, by its file's name.
  public var name: String?

  public init(
    expects: String? = nil, produces: String? = nil, hashes: [String: String] = [:],
    name: String? = nil
  ) {
    self.name = name
    self.expects = expects
    self.produces = produces
    self.hashes = hashes
  }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    expects = try map.decodeIfPresent("expects")
    produces = try map.decodeIfPresent("produces")
    hashes = try map.decodeIfPresent("hashes") ?? [:]
    name = try map.decodeIfPresent("name")
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encodeIfPresent("expects", expects)
    map.encodeIfPresent("produces", produces)
    map.encode("hashes", hashes)
    map.encodeIfPresent("name", name)
  }
}
