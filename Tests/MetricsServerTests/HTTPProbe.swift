import Foundation
import Glibc

/// A client that sends the bytes that it is told to.
final class HTTPProbe {
  private let socket: Int32

  /// - Parameter address: such as "http://127.0.0.1:9464/metrics".
  init(_ address: String) {
    let port = UInt16(URL(string: address)!.port!)
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = port.bigEndian
    name.sin_addr.s_addr = unsafe inet_addr("127.0.0.1")
    _ = unsafe withUnsafePointer(to: &name) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  deinit { close(socket) }

  /// False when the server has closed the connection.
  @discardableResult
  func send(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return unsafe Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
      == bytes.count
  }

  /// All that the server sends until it closes the connection. It holds no thread meanwhile, which
  /// the server may need.
  func rest() async -> String {
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      if count > 0 {
        all += buffer[..<count]
      } else if count < 0, errno == EAGAIN {
        try? await Task.sleep(for: .milliseconds(1))
      } else {
        return String(decoding: all, as: UTF8.self)
      }
    }
  }
}
