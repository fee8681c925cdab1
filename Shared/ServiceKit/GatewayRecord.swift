import FoundationEssentials
import Glibc

/// What a mesh's gateway says of itself in the runtime directory, for those who look for it.
public struct GatewayRecord: Codable, Hashable, Sendable {
  public var pid: Int
  /// Such as "http://127.0.0.1:8080"; nil while it does not listen.
  public var address: String?
  /// Where gRPC over HTTP/2 is served, such as "127.0.0.1:8081"; nil while it is not.
  public var grpc: String?
  /// Why it does not listen, and what to do about it.
  public var problem: String?

  public init(pid: Int, address: String? = nil, grpc: String? = nil, problem: String? = nil) {
    self.pid = pid
    self.address = address
    self.grpc = grpc
    self.problem = problem
  }

  /// The gateway of a mesh, while its process lives.
  public init?(in directory: RuntimeDirectory) {
    guard let file = try? Data(contentsOf: URL(filePath: directory.gatewayRecord)),
      let record = try? JSONDecoder().decode(GatewayRecord.self, from: file),
      let pid = pid_t(exactly: record.pid), pid > 0, kill(pid, 0) == 0
    else { return nil }
    self = record
  }

  /// - Throws: ``ServiceError`` with code `runtimeDirectory`.
  public func write(in directory: RuntimeDirectory) throws(ServiceError) {
    let path = directory.gatewayRecord
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      try encoder.encode(self).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw ServiceError(.runtimeDirectory, "\(path): cannot be written: \(error)")
    }
  }

  public static func remove(in directory: RuntimeDirectory) {
    unsafe unlink(directory.gatewayRecord)
  }

  /// Says, by the record's time of modification, that the gateway gets on.
  public static func beat(in directory: RuntimeDirectory) {
    _ = unsafe utimensat(AT_FDCWD, directory.gatewayRecord, nil, 0)
  }

  /// The record's time of modification in nanoseconds, which changes with every beat; nil where
  /// there is no record.
  public static func lastBeat(in directory: RuntimeDirectory) -> Int64? {
    var information = stat()
    guard unsafe stat(directory.gatewayRecord, &information) == 0 else { return nil }
    return Int64(information.st_mtim.tv_sec) * 1_000_000_000 + Int64(information.st_mtim.tv_nsec)
  }
}
