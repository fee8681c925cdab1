@testable import ServiceKit

extension FuzzTarget {
  static let configuration = FuzzTarget(
    name: "configuration", maximumLength: 4_096,
    tokens: [
      "addresses", "log_level", "encoder", "store", "model", "stages", "load", "encode", "decode",
      "score", "workers", "threads", "max_batch", "delay_ms", "queue", "limits", "requests",
      "megabytes", "request_seconds", "window", "stall_seconds", "attempts", "drain_seconds",
      "&a ", "*a", "<<: ", "!!str ", "--- ", "? ", "- ", ": ", "|\n", ">\n", "{", "}", "[", "]",
    ],
    seeds: {
      [
        """
        addresses: [ipc:///run/user/1000/captionmesh/dispatcher.sock]
        log_level: info
        encoder: efficientnet-lite2
        store: /var/lib/captionmesh/encoders
        stages:
          encode: {workers: 2, threads: 1, max_batch: 4, delay_ms: 5, queue: 64}
          decode:
            workers: 1
        limits: {requests: 256, megabytes: 256, request_seconds: 60, window: 64}
        """,
        "addresses:\n- ipc:///a\n- &x tcp://127.0.0.1:1\n- *x\nmodel: |\n  a\n  b\nstore: \"\\x41\"\n",
        "? log_level\n: >-\n  debug\n# a comment\nlimits:\n  attempts: 0x10\n",
      ].map { Array($0.utf8) }
    },
    parse: { bytes in
      let text = unsafe bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
      _ = try MeshConfiguration(
        yaml: text, file: "mesh.yaml", environment: ["CAPTIONMESH_RUNTIME_DIR": "/tmp/fuzz"])
    })
}
