import Glibc
import Synchronization

/// An HTTP server on this machine that answers each connection as it is told, one after the other,
/// good or bad.
final class ScriptedServer: Sendable {
  /// What is sent for a connection's request: bytes, and then whether the connection stays open
  /// without another word.
  struct Answer: Sendable {
    var bytes: [UInt8]
    var stalls = false

    init(_ head: String, _ body: [UInt8] = [], stalls: Bool = false) {
      bytes = Array((head + "\r\n\r\n").utf8) + body
      self.stalls = stalls
    }
  }

  private let listener: Int32
  let port: UInt16
  private let received = Mutex<[String]>([])

  /// The requests so far, as they were sent.
  var requests: [String] { received.withLock { $0 } }
  var address: String { "http://127.0.0.1:\(port)/weights.pth" }

  /// - Parameter answer: from the number of the request and its text to what is sent.
  init(_ answer: @escaping @Sendable (Int, String) -> Answer) {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        _ = unsafe bind(listener, pointer, length)
        _ = listen(listener, 8)
        _ = unsafe getsockname(listener, pointer, &length)
      }
    }
    port = UInt16(bigEndian: address.sin_port)
    let thread = Thread { [weak self] in
      var number = 0
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        guard let self else {
          close(connection)
          return
        }
        self.serve(connection, number, answer)
        number += 1
      }
    }
    thread.start()
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  private func serve(
    _ connection: Int32, _ number: Int, _ answer: (Int, String) -> Answer
  ) {
    var request: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while !String(decoding: request, as: UTF8.self).contains("\r\n\r\n") {
      let count = unsafe read(connection, &piece, piece.count)
      guard count > 0 else {
        close(connection)
        return
      }
      request += piece[..<count]
    }
    let text = String(decoding: request, as: UTF8.self)
    received.withLock { $0.append(text) }
    let answer = answer(number, text)
    var sent = 0
    while sent < answer.bytes.count {
      let count = unsafe answer.bytes[sent...].withUnsafeBytes {
        unsafe send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { break }
      sent += count
    }
    // The client gives up on a connection that stalls.
    if answer.stalls { _ = unsafe read(connection, &piece, piece.count) }
    shutdown(connection, Int32(SHUT_RDWR))
    close(connection)
  }
}

/// A thread that runs a closure.
private final class Thread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
  private let body: Body

  init(_ run: @escaping @Sendable () -> Void) { body = Body(run) }

  func start() {
    var thread = pthread_t()
    let context = unsafe Unmanaged.passRetained(body).toOpaque()
    unsafe pthread_create(
      &thread, nil,
      { context in
        unsafe Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
        return nil
      }, context)
    pthread_detach(thread)
  }
}
