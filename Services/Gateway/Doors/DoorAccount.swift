import ServiceKit

/// What the gateway's doors say of themselves in the runtime directory.
actor DoorAccount {
  /// nil where nobody looks for it.
  private let directory: RuntimeDirectory?
  private var record = GatewayRecord(pid: ThisProcess.pid)

  init(directory: RuntimeDirectory?) { self.directory = directory }

  func opened(address: String) throws {
    record.address = address
    record.problem = nil
    try write()
  }

  func failed(_ problem: String) throws {
    record.address = nil
    record.problem = problem
    try write()
  }

  func opened(grpc: String) throws {
    record.grpc = grpc
    if record.address != nil { try write() }
  }

  func closed() {
    if let directory { GatewayRecord.remove(in: directory) }
  }

  private func write() throws {
    if let directory { try record.write(in: directory) }
  }
}
