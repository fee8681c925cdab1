/// A number that names one thing of a kind, never used again for another.
public struct Identifier<Kind>: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }

  public var description: String { String(rawValue) }
}

/// Names one request of a client.
public typealias RequestID = Identifier<RequestKind>
public enum RequestKind {}

/// Names one registration of a worker; the same process gets a new one when it comes back.
public typealias WorkerID = Identifier<WorkerKind>
public enum WorkerKind {}

/// Names one lease: a request's input at one stage, handed to one worker, once.
public typealias TaskID = Identifier<TaskKind>
public enum TaskKind {}

/// Names tasks that were handed out together.
public typealias BatchID = Identifier<BatchKind>
public enum BatchKind {}
