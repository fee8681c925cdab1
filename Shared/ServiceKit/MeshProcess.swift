import Glibc
public import Logging
public import ServiceLifecycle
import UnixSignals

/// Runs the services that make up a process, and ends it with an exit code that means something.
public enum MeshProcess {
  /// Runs the services until one of them ends or a signal comes, then exits.
  ///
  /// SIGTERM and SIGINT let the services finish what they have, the last one first; a second
  /// signal stops the process at once. The exit code is 0 when all ended in good order, and 1,
  /// with a message, when one failed or ended though nobody had asked it to.
  ///
  /// - Parameters:
  ///   - name: what its log says.
  ///   - level: the least that is logged.
  ///   - format: how a line of the log looks.
  ///   - services: makes the services, each after those that it builds on. The last one is what the
  ///     process is for: it may end by itself when it has been told to by its own means.
  public static func run(
    _ name: String, level: Logger.Level, format: LogFormat = .text,
    services: (Logger) async throws -> [any Service]
  ) async -> Never {
    let logger = Logger(label: name) { LineLogHandler(label: $0, level: level, format: format) }
    do {
      let all = try await services(logger)
      let services = all.enumerated().map { index, service in
        ServiceGroupConfiguration.ServiceConfiguration(
          service: service,
          successTerminationBehavior: index == all.count - 1
            ? .gracefullyShutdownGroup : .cancelGroup)
      }
      let quiet = Logger(label: name) {
        LineLogHandler(label: $0, level: .error, format: format)
      }
      let group = ServiceGroup(
        configuration: ServiceGroupConfiguration(services: services, logger: quiet))
      let signals = Task { await stop(group, logger) }
      try await group.run()
      signals.cancel()
      exit(0)
    } catch {
      logger.critical("\(error)")
      exit(1)
    }
  }

  private static func stop(_ group: ServiceGroup, _ logger: Logger) async {
    var isStopping = false
    for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
      if isStopping { _exit(128 + signal.rawValue) }
      isStopping = true
      logger.notice("\(signal): finishing what is in hand; once more stops at once")
      await group.triggerGracefulShutdown()
    }
  }
}
