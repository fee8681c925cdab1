/// A kind of process and how many of it there are to be.
public struct Role: Hashable, Sendable {
  /// Such as "encoder".
  public var name: String
  public var count: Int
  public var command: ProcessCommand
  /// When everything stops, the roles of a lower number end before those of a higher one are asked
  /// to.
  public var stopOrder: Int
  /// How long a process may take to end before it is killed.
  public var stopTimeout: Duration

  public init(
    name: String, count: Int, command: ProcessCommand, stopOrder: Int = 0,
    stopTimeout: Duration = .seconds(10)
  ) {
    self.name = name
    self.count = count
    self.command = command
    self.stopOrder = stopOrder
    self.stopTimeout = stopTimeout
  }
}
