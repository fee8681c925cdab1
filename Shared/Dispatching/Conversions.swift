import GRPCCore
import MeshAPI
import MessagePack
import Scheduling

extension RPCError {
  /// A failure as a call's status, with what a program may want to know in the metadata.
  init(_ failure: Failure) {
    var metadata: Metadata = [:]
    if let stage = failure.stage { metadata.addString(stage, forKey: "captionmesh-stage") }
    if let retryAfter = failure.retryAfter {
      metadata.addString(
        String(retryAfter.wholeMilliseconds), forKey: "grpc-retry-pushback-ms")
    }
    self.init(
      code: RPCError.Code(statusName: failure.code.rawValue), message: failure.message,
      metadata: metadata)
  }
}

extension ItemError {
  init(_ failure: Failure) {
    self.init(
      RPCError.Code(statusName: failure.code.rawValue), failure.message, stage: failure.stage,
      retryAfterMilliseconds: failure.retryAfter?.wholeMilliseconds)
  }
}

extension Failure {
  init(_ error: ItemError) {
    self.init(Code(rawValue: error.code.statusName) ?? .unknown, error.message, stage: error.stage)
  }

  /// The failure of a request about a file, whose message names the file.
  func naming(_ file: String) -> Failure {
    guard !file.isEmpty, !message.hasPrefix(file) else { return self }
    var failure = self
    failure.message = "\(file): \(message)"
    return failure
  }
}

extension Answer<StagePayload> {
  /// The last stage's output.
  ///
  /// - Throws: `Failure`, also when the output is not what that stage puts out.
  func unpack<Message: MessagePackMessage>(
    _ type: Message.Type, from stage: MeshAPI.Stage
  ) throws(Failure) -> Message {
    let payload = try result.get()
    do {
      return try Message(from: MessagePackValue(unpacking: payload.bytes()))
    } catch {
      throw Failure(
        .internal, "\(stage): the worker's output is not as it should be: \(error)",
        stage: stage.rawValue)
    }
  }

  /// The reply to a client's request.
  func captionReply(to id: String, about file: String) -> CaptionReply {
    let caption: Result<CaptionResult, ItemError>
    do throws(Failure) {
      caption = .success(try unpack(CaptionResult.self, from: .decode))
    } catch {
      caption = .failure(ItemError(error.naming(file)))
    }
    func milliseconds(_ stage: MeshAPI.Stage) -> Double {
      (computed[stage.rawValue] ?? .zero) / .milliseconds(1)
    }
    return CaptionReply(
      id: id, result: caption, attempts: attempts,
      milliseconds: CaptionReply.Milliseconds(
        load: milliseconds(.load), encode: milliseconds(.encode), decode: milliseconds(.decode),
        queue: queued / .milliseconds(1)))
  }
}

extension Duration {
  /// Rounded up, so that what is to come after this long does not come too early.
  fileprivate var wholeMilliseconds: Int { Int((self / .milliseconds(1)).rounded(.up)) }
}
