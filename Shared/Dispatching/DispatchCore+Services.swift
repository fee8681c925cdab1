public import GRPCCore

extension DispatchCore {
  /// All that a dispatcher serves, for a `GRPCServer` over any transport.
  public nonisolated var services: [any RegistrableRPCService] {
    [
      CaptionerService(core: self), FeatureExtractorService(core: self), ScorerService(core: self),
      WorkService(core: self), ControlService(core: self), HealthService(core: self),
    ]
  }
}
