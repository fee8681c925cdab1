import FoundationEssentials
import MeshAPI
import MessagePack
import Testing

@Suite struct StatusReplyTests {
  private let status = StatusReply(
    ready: true, draining: false, pid: 10, build: "1.0", uptimeSeconds: 2.5,
    stages: [
      .init(
        name: "encode", queued: 3, inFlight: 2, meanWaitMilliseconds: 1.5,
        longestWaitMilliseconds: 4, batches: ["2": 7],
        workers: [
          .init(
            id: 4, pid: 11, host: "here", state: "busy", build: "1.0", inFlight: 2, done: 9,
            memoryBytes: 4096, identity: StageIdentity(produces: "f", hashes: ["weights": "ab"]))
        ])
    ],
    requests: 5, bytes: 600, reservedBytes: 700, memoryBytes: 8192, limits: ["requests": 256],
    attempts: ["1": 12], counters: ["admitted": 12])

  @Test func itCrossesAsMessagePack() throws {
    let bytes = try MessagePackWriter.pack(status)
    #expect(try StatusReply(from: MessagePackValue(unpacking: bytes)) == status)
  }

  @Test func itsJSONHasTheKeysThatProgramsRead() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let json = String(decoding: try encoder.encode(status), as: UTF8.self)
    let expected = """
      {"attempts":{"1":12},"build":"1.0","bytes":600,"counters":{"admitted":12},"draining":false,\
      "limits":{"requests":256},"memory_bytes":8192,"pid":10,"ready":true,"requests":5,\
      "reserved_bytes":700,\
      "stages":{"encode":{"batches":{"2":7},"in_flight":2,"longest_wait_ms":4,"mean_wait_ms":1.5,\
      "name":"encode","queued":3,\
      "workers":[{"build":"1.0","done":9,"host":"here","id":4,\
      "identity":{"hashes":{"weights":"ab"},"produces":"f"},"in_flight":2,\
      "memory_bytes":4096,"pid":11,"state":"busy"}]}},"uptime_seconds":2.5}
      """
    #expect(json == expected)
  }
}
