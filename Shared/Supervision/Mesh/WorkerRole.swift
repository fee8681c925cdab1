public import MeshAPI

/// The mesh's kinds of worker processes, by their programs' names.
public enum WorkerRole: String, Sendable, CaseIterable {
  case loader, encoder, decoder, scorer

  /// A role by its own name or its stage's, as in `scale encoder=2` and `scale encode=2`.
  public init?(named name: String) {
    guard
      let role = Self.allCases.first(where: { [$0.rawValue, $0.stage.rawValue].contains(name) })
    else { return nil }
    self = role
  }

  public var stage: Stage {
    switch self {
    case .loader: .load
    case .encoder: .encode
    case .decoder: .decode
    case .scorer: .score
    }
  }

  /// The share of the cores that the role's processes divide among themselves, by default. Encoding
  /// is most of the work; photographs are read and captions searched for in about a quarter of its
  /// time.
  func threads(of cores: Int) -> Int {
    switch self {
    case .encoder: cores
    case .loader, .decoder: max(1, cores / 4)
    case .scorer: 1
    }
  }
}
