import GRPCCore
import MeshAPI
import WeightFiles

/// Writes what the mesh answers into sidecars, and says so.
actor SidecarWriter {
  private let sidecar: Sidecar
  private let isReplacing: Bool
  /// Where photographs go that came again while they were captioned, and could not be.
  private let again: AsyncStream<String>.Continuation
  private let printer: ReplyPrinter
  private let claims = PhotographClaims()
  private var isAway = false
  private var captioned = 0
  private var failed = 0

  init(
    _ sidecar: Sidecar, isReplacing: Bool, again: AsyncStream<String>.Continuation,
    printer: ReplyPrinter
  ) {
    self.sidecar = sidecar
    self.isReplacing = isReplacing
    self.again = again
    self.printer = printer
  }

  /// How many photographs have their sidecars, how many cannot have one, and how many wait.
  var counts: (captioned: Int, failed: Int, waiting: Int) { (captioned, failed, claims.count) }

  /// Whether a photograph may be captioned now.
  nonisolated func claim(_ photograph: String) -> Bool {
    claims.claim(sidecar.path(of: photograph), for: photograph)
  }

  func write(_ photograph: String, _ reply: CaptionReply) {
    if isAway { printError("the mesh is there again") }
    isAway = false
    let written = written(photograph, reply)
    let others = claims.release(sidecar.path(of: photograph))
    if case .success = written.result {
      captioned += 1
    } else if others.contains(photograph), claim(photograph) {
      // What failed may have been half a photograph.
      again.yield(photograph)
      return
    } else {
      failed += 1
    }
    printer.print(photograph, written)
  }

  /// The reply, or why it could not be written.
  private func written(_ photograph: String, _ reply: CaptionReply) -> CaptionReply {
    var reply = reply
    do {
      let caption = try reply.result.get()
      try sidecar.write(caption, of: photograph, reply, isReplacing: isReplacing)
      return reply
    } catch let error as WeightFileError where error.code == .exists {
      let reason = "\(error); another photograph may have the same name, or --force overwrites it"
      reply.result = .failure(ItemError(.alreadyExists, reason))
    } catch let error as WeightFileError {
      reply.result = .failure(ItemError(.unknown, "\(error)"))
    } catch {
      // The mesh's own reason stays.
    }
    return reply
  }

  /// Says once that the mesh is away.
  func meshIsAway(_ error: RPCError) {
    if !isAway { printError("waiting for the mesh: \(error.message)") }
    isAway = true
  }
}
