package import ServiceKit

extension RuntimeDirectory {
  /// Locked by the supervisor while it lives.
  var lock: String { "\(path)/supervisor.lock" }
  /// Names the supervisor.
  package var supervisorRecord: ProcessRecord { ProcessRecord(path: "\(path)/supervisor.pid") }

  /// Names a supervised process while it lives.
  package func record(of name: String) -> ProcessRecord {
    ProcessRecord(path: "\(processes)/\(name).pid")
  }
}
