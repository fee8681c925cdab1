/// Where a server can be reached: `ipc:///path/of/a/socket` or `tcp://host:port`.
///
/// A server may bind `tcp://127.0.0.1:*` to be given a port.
public struct ZeroMQAddress: Hashable, Sendable, CustomStringConvertible {
  /// What a path of a Unix domain socket may have, its final zero excluded.
  static let maxPathBytes = 107

  public let description: String

  /// - Throws: ``ZeroMQTransportError`` with code `invalidAddress`, saying what an address is like.
  public init(_ string: String) throws(ZeroMQTransportError) {
    func invalid(_ reason: String) -> ZeroMQTransportError {
      ZeroMQTransportError(code: .invalidAddress, message: "'\(string)' \(reason)")
    }
    description = string
    if string.contains("\0") { throw invalid("contains a zero byte") }
    if let path {
      guard path.hasPrefix("/"), !path.hasSuffix("/") else {
        throw invalid("needs an absolute path of a file, as in ipc:///run/captionmesh/dispatcher")
      }
      guard path.utf8.count <= Self.maxPathBytes else {
        throw invalid(
          "has a path of \(path.utf8.count) bytes; at most \(Self.maxPathBytes) are possible")
      }
    } else if string.hasPrefix("tcp://") {
      let host = string.dropFirst("tcp://".count)
      guard let colon = host.lastIndex(of: ":"), colon != host.startIndex else {
        throw invalid("needs a host and a port, as in tcp://127.0.0.1:7000")
      }
      let port = host[host.index(after: colon)...]
      guard port == "*" || UInt16(port) != nil else {
        throw invalid("has the port '\(port)'; use a number up to 65535")
      }
    } else {
      throw invalid("is neither ipc:///path nor tcp://host:port")
    }
  }

  /// Whether other machines can reach a server there: tcp anywhere but on loopback. A name other
  /// than `localhost` counts as another machine, whatever it means.
  public var isRemote: Bool { isTCP && !isLoopback }

  /// Whether it is a tcp address.
  public var isTCP: Bool { description.hasPrefix("tcp://") }

  /// Whether it is tcp's loopback: 127.0.0.0/8, also as IPv6 has it, ::1 or localhost.
  private var isLoopback: Bool {
    let hostAndPort = description.dropFirst("tcp://".count)
    var host = hostAndPort[..<hostAndPort.lastIndex(of: ":")!]
    if ["localhost", "[::1]", "::1"].contains(host) { return true }
    // What libzmq calls IPv4 addresses once they are bound.
    let mapped = "[::ffff:"
    if host.hasPrefix(mapped) && host.hasSuffix("]") {
      host = host.dropFirst(mapped.count).dropLast()
    }
    let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    return numbers.count == 4 && numbers[0] == 127 && !numbers.contains(nil)
  }

  /// The socket's file, for an `ipc` address.
  var path: String? {
    description.hasPrefix("ipc://") ? String(description.dropFirst("ipc://".count)) : nil
  }
}
