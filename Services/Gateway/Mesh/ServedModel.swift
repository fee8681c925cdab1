import MeshAPI

/// A model that a mesh serves: the checkpoint of its decoders.
struct ServedModel: Hashable, Sendable, Encodable {
  /// The name under which whatever model a mesh has is asked for.
  static let defaultName = "captioner"

  var name: String
  /// The checkpoint's hash.
  var version: String
  var ready: Bool
  /// Decoders that serve it.
  var workers: Int

  /// The models of a mesh by their names.
  static func models(of status: StatusReply) -> [ServedModel] {
    let workers = status.stages.first { $0.name == Stage.decode.rawValue }?.workers ?? []
    let known = workers.filter { ["idle", "busy"].contains($0.state) }
    return Dictionary(grouping: known) { worker in
      worker.identity.name ?? worker.identity.hashes["checkpoint"].map { String($0.prefix(12)) }
        ?? "unnamed"
    }.map { name, workers in
      ServedModel(
        name: name, version: workers[0].identity.hashes["checkpoint"] ?? "", ready: status.ready,
        workers: workers.count)
    }.sorted { $0.name < $1.name }
  }
}
