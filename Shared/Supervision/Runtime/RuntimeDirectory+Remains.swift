import Glibc
public import ServiceKit

extension RuntimeDirectory {
  /// The supervisor of the mesh that is up here; nil when there is none.
  public var supervisor: ProcessIdentity? {
    supervisorRecord.read().flatMap { $0.isAlive ? $0 : nil }
  }

  /// The processes that live and are named here.
  public var livingProcesses: [String: ProcessIdentity] {
    var living: [String: ProcessIdentity] = [:]
    for (name, record) in records {
      if let identity = record.read(), identity.isAlive { living[name] = identity }
    }
    return living
  }

  /// Ends the processes that a supervisor left behind when it was ended itself, and forgets them.
  /// They see that it is gone and end by themselves; those that do not within `grace` are killed.
  ///
  /// - Returns: the names of those that were killed.
  public func endRemains(grace: Duration) async -> [String] {
    let deadline = ContinuousClock.now + grace
    var killed: [String] = []
    for (name, record) in records {
      guard let identity = record.read() else { continue }
      if await !identity.hasEnded(within: ContinuousClock.now.duration(to: deadline)) {
        identity.signal(SIGKILL, toGroup: true)
        _ = await identity.hasEnded(within: .seconds(5))
        killed.append(name)
      }
    }
    for (_, record) in records { record.remove() }
    supervisorRecord.remove()
    GatewayRecord.remove(in: self)
    for socket in [dispatcherSocket, supervisorSocket] { unsafe unlink(socket) }
    return killed
  }

  private var records: [(String, ProcessRecord)] {
    FileSystem.names(in: processes).filter { $0.hasSuffix(".pid") }.map { file in
      let name = String(file.dropLast(".pid".count))
      return (name, record(of: name))
    }
  }
}
