import FoundationEssentials
import MeshAPI
import MessagePack
import Testing

@Suite struct StatusReplyTests {
  private let status = StatusReply(
    ready: true, draining: false, pid: 10, build: "1.0", uptimeSeconds: 2.5,
    stages: [
      .init(
        name: "encode", queued: 3, inFlight: 2,
        workers: [
          .init(
            id: 4, pid: 11, host: "here", state: "busy", build: "1.0", inFlight: 2, done: 9,
            identity: StageIdentity(produces: "f", hashes: ["weights": "ab"]))
        ])
    ],
    requests: 5, bytes: 600, limits: ["requests": 256], counters: ["admitted": 12])

  @Test func itCrossesAsMessagePack() throws {
    let bytes = try MessagePackWriter.pack(status)
    #expect(try StatusReply(from: MessagePackValue(unpacking: bytes)) == status)
  }

  @Test func itsJSONHasTheKeysThatProgramsRead() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let json = String(decoding: try encoder.encode(status), as: UTF8.self)
    let expected = """
      {"build":"1.0","bytes":600,"counters":{"admitted":12},"draining":false,\
      "limits":{"requests":256},"pid":10,"ready":true,"requests":5,\
      "stages":{"encode":{"in_flight":2,"name":"encode","queued":3,\
      "workers":[{"build":"1.0","done":9,"host":"here","id":4,\
      "identity":{"hashes":{"weights":"ab"},"produces":"f"},"in_flight":2,"pid":11,\
      "state":"busy"}]}},"uptime_seconds":2.5}
      """
    #expect(json == expected)
  }
}
