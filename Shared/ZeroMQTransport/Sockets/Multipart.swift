import MessagePack

/// A multipart message as it was received.
struct Multipart {
  /// The frames, as far as the limits allow.
  var frames: [MessageBytes] = []
  /// What limit it breaks, for people; what came after that was dropped.
  var excess: String?
  /// The file descriptor of the connection that it came by.
  var connection: Int32 = -1
  /// Who the authenticator said it comes from; nil where there is none.
  var user: String?
}
