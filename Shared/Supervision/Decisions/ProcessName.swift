/// A supervised process's name: its role and a number, such as "encoder-2". Whatever takes the
/// place of a process that ended has the same name.
public struct ProcessName: Hashable, Comparable, Sendable, CustomStringConvertible {
  public var role: String
  /// From 1 on.
  public var number: Int

  public init(role: String, number: Int) {
    self.role = role
    self.number = number
  }

  public var description: String { "\(role)-\(number)" }

  public static func < (left: ProcessName, right: ProcessName) -> Bool {
    (left.role, left.number) < (right.role, right.number)
  }
}
