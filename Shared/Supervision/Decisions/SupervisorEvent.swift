/// Something that happened, for the supervisor to decide on.
public enum SupervisorEvent: Hashable, Sendable {
  /// The process does what it is for.
  case becameReady(ProcessName)
  /// The process lives and does not do what it is for any more.
  case becameStuck(ProcessName)
  /// The process ended, or could not be started.
  case exited(ProcessName, ProcessExit)
  /// The role shall have so many processes that run the command; those that run another one are
  /// replaced.
  case scaled(role: String, count: Int, command: ProcessCommand)
  /// Everything shall end.
  case stopRequested
  case timeAdvanced
}

/// Something for the owner of the state machine to do.
public enum SupervisorAction: Hashable, Sendable {
  case spawn(ProcessName, ProcessCommand)
  /// Ask the process to end (SIGTERM).
  case terminate(ProcessName)
  /// Its time is over, or it is stuck (SIGKILL).
  case kill(ProcessName)
  /// The process ended unasked and is started again after the delay. For the log.
  case restartLater(ProcessName, ProcessExit, after: Duration, failures: Int)
  /// Everything has ended as asked. The last action of all.
  case finish
}
