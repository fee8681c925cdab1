import GRPCCore
import MeshAPI

/// Which role may call which method of the mesh: the one place where that is written down.
public enum MethodAccess {
  /// By the methods' full names. Administrators may call everything that is here, and nobody
  /// anything that is not.
  static let roles: [String: Set<KeyRole>] = [
    name(Captioner.caption): [.client],
    name(Captioner.captionStream): [.client],
    name(FeatureExtractor.encode): [.client],
    name(Scorer.score): [.client],
    name(Dispatcher.work): [.worker],
    name(Health.check): [.client, .worker],
    name(Health.watch): [.client, .worker],
    name(Control.status): [],
    name(Control.drain): [],
    name(Control.report): [],
    name(Supervisor.scale): [],
    name(Supervisor.stop): [],
    name(Supervisor.status): [],
  ]

  /// Whether a role may call a method.
  ///
  /// - Parameters:
  ///   - role: the caller's.
  ///   - method: its full name, as in `captionmesh.v1.Control/Status`.
  public static func allows(_ role: KeyRole, _ method: String) -> Bool {
    guard let roles = roles[method] else { return false }
    return role == .administrator || roles.contains(role)
  }

  private static func name<Input, Output>(_ method: RPCMethod<Input, Output>) -> String {
    method.descriptor.fullyQualifiedMethod
  }
}
