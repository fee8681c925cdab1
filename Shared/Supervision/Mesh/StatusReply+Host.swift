public import MeshAPI

extension StatusReply {
  /// The same without the workers of other machines: their process ids mean nothing here, and may
  /// be those of this machine's processes.
  public func limited(to host: String) -> StatusReply {
    var status = self
    for index in status.stages.indices {
      status.stages[index].workers.removeAll { $0.host != host }
    }
    return status
  }
}
