extension Scheduler {
  /// Why a worker of this description cannot join the stage: what it expects must be what the
  /// stage before produces and what its peers expect, and the same holds for what it produces.
  /// What waits in a queue binds too, so that a result is never read by somebody it is not for.
  func mismatch(of description: WorkerDescription, at stage: Int) -> Failure? {
    let name = description.stage
    if let expects = description.expects {
      for (source, found) in inputs(of: stage) where found != expects {
        return Failure(
          .failedPrecondition,
          "this \(name) worker expects \(expects), but found \(found) (\(source))", stage: name)
      }
    }
    if let produces = description.produces {
      for (source, expected) in outputs(of: stage) where expected != produces {
        return Failure(
          .failedPrecondition,
          "this \(name) worker produces \(produces), but expected is \(expected) (\(source))",
          stage: name)
      }
    }
    return nil
  }

  /// The identities that bind what comes into a stage, each with where it comes from.
  private func inputs(of stage: Int) -> [(source: String, identity: String)] {
    let before = stages[stage].predecessors.flatMap { descriptions(at: $0, \.produces) }
    let peers = descriptions(at: stage, \.expects)
    return before.map { ("what the workers of \($0.stage) produce", $0.identity) }
      + peers.map { ("what the other workers of \($0.stage) expect", $0.identity) }
      + waiting(at: stage).map { ("what waits for \(stages[stage].name)", $0) }
  }

  /// The identities that bind what a stage puts out, each with where it comes from.
  private func outputs(of stage: Int) -> [(source: String, identity: String)] {
    let after = stages[stage].successors.flatMap { descriptions(at: $0, \.expects) }
    let peers = descriptions(at: stage, \.produces)
    return after.map { ("what the workers of \($0.stage) expect", $0.identity) }
      + peers.map { ("what the other workers of \($0.stage) produce", $0.identity) }
      + stages[stage].successors.flatMap { next in
        waiting(at: next).map { ("what waits for \(stages[next].name)", $0) }
      }
  }

  private func descriptions(
    at stage: Int, _ identity: KeyPath<WorkerDescription, String?>
  ) -> [(stage: String, identity: String)] {
    stages[stage].workers.compactMap { workers[$0]!.description[keyPath: identity] }
      .map { (stages[stage].name, $0) }
  }

  private func waiting(at stage: Int) -> Set<String> {
    Set(stages[stage].queue.compactMap { requests[$0]!.identity })
  }
}
