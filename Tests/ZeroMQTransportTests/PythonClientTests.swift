import Foundation
import GRPCCore
import Testing
import ZeroMQTransport

@Suite("A client in Python", .timeLimit(.minutes(1)), .enabled(if: pythonHasZeroMQ))
struct PythonClientTests {
  @Test("ten lines with a REQ socket make unary calls")
  func unary() async throws {
    let output = try await runAgainstEcho(
      """
      import msgpack, sys, zmq
      socket = zmq.Context().socket(zmq.REQ)
      socket.connect(sys.argv[1])
      for text in ["hello", "Straße", ""]:
          header = {"v": 1, "kind": "request", "method": "test.v1.Echo/Get",
                    "metadata": {"trace": "abc", "blob-bin": b"\\x00\\x01"},
                    "coalesce": True, "end": True}
          socket.send_multipart([msgpack.packb(header), msgpack.packb({"text": text})])
          header, *messages = socket.recv_multipart()
          header = msgpack.unpackb(header)
          print(header["status"], header["metadata"], [msgpack.unpackb(m) for m in messages])
      """)
    let metadata = "{'trace': 'abc', 'blob-bin': b'\\x00\\x01'}"
    #expect(
      output == """
        0 \(metadata) [{'text': 'hello'}]
        0 \(metadata) [{'text': 'Straße'}]
        0 \(metadata) [{'text': ''}]

        """)
  }

  @Test("streams, errors and deadlines reach it as single replies")
  func replies() async throws {
    let output = try await runAgainstEcho(
      """
      import msgpack, sys, zmq
      socket = zmq.Context().socket(zmq.REQ)
      socket.connect(sys.argv[1])
      def call(method, *texts, metadata={}, **header):
          header = {"v": 1, "kind": "request", "method": "test.v1.Echo/" + method, "end": True,
                    "metadata": metadata, "coalesce": True, **header}
          messages = [msgpack.packb({"text": text}) for text in texts]
          socket.send_multipart([msgpack.packb(header)] + messages)
          header, *messages = socket.recv_multipart()
          header = msgpack.unpackb(header)
          print(header["status"], [msgpack.unpackb(m)["text"] for m in messages])
          return header
      call("Expand", "a b c")
      call("Collect", *(str(n) for n in range(100)))
      header = call("Fail", "5")
      print(header["message"], header["trailers"])
      call("Wait", "", metadata={"grpc-timeout": "50m"})
      call("Nothing", "")
      call("Get", "", v=2)
      call("Get", "", kind="rquest")
      call("Flood", "x")
      call("Get", "still here")
      """)
    #expect(
      output == """
        0 ['a', 'b', 'c']
        0 ['\((0..<100).map(String.init).joined(separator: " "))']
        5 []
        as you wish: Äpfel {'why': 'asked'}
        4 []
        12 []
        12 []
        3 []
        8 []
        0 ['still here']

        """)
  }

  private func runAgainstEcho(_ program: String) async throws -> String {
    let address = try temporaryAddress()
    let output = Output()
    try await withEchoServer(at: address) { server in
      _ = try await server.transport.listeningAddresses
      output.text = try await runPython(program, arguments: [address.description])
    }
    return output.text
  }

  private final class Output {
    var text = ""
  }
}

private let pythonHasZeroMQ: Bool = {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = ["python3", "-c", "import zmq, msgpack"]
  process.standardError = FileHandle.nullDevice
  guard (try? process.run()) != nil else { return false }
  process.waitUntilExit()
  return process.terminationStatus == 0
}()

/// Runs a program with the `python3` on the path and returns what it prints.
private func runPython(_ program: String, arguments: [String]) async throws -> String {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = ["python3", "-c", program] + arguments
  process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONUTF8": "1"]) { $1 }
  let stdout = Pipe()
  process.standardOutput = stdout
  try await withCheckedThrowingContinuation {
    (continuation: CheckedContinuation<Void, any Error>) in
    process.terminationHandler = { _ in continuation.resume() }
    do { try process.run() } catch { continuation.resume(throwing: error) }
  }
  let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
  #expect(process.terminationStatus == 0)
  return String(decoding: output, as: UTF8.self)
}
