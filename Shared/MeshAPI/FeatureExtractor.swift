public import GRPCCore
public import MessagePack
public import Tensor

/// `captionmesh.v1.Encoder`: image tensors in, feature grids out, for those who keep features and
/// make captions of their own.
public enum FeatureExtractor {
  public static let name = "captionmesh.v1.Encoder"
  /// One image, one feature grid. What goes wrong is the call's status.
  public static let encode = RPCMethod<EncodeRequest, FeatureGrid>(name, "Encode", .unary)

  public protocol Service: RegistrableRPCService {
    func encode(
      _ request: ServerRequest<EncodeRequest>, context: ServerContext
    ) async throws -> ServerResponse<FeatureGrid>
  }

  public struct Client<Transport: ClientTransport>: Sendable {
    private let client: GRPCClient<Transport>

    public init(_ client: GRPCClient<Transport>) { self.client = client }

    /// - Throws: `RPCError` with the reason why there are no features; FAILED_PRECONDITION where
    ///   the mesh's encoders give others than those asked for.
    public func encode(
      _ request: EncodeRequest, metadata: Metadata = [:], options: CallOptions = .defaults
    ) async throws -> FeatureGrid {
      try await client.unary(
        FeatureExtractor.encode, request, metadata: metadata, options: options)
    }
  }
}

extension FeatureExtractor.Service {
  public func registerMethods<Transport: ServerTransport>(
    with router: inout RPCRouter<Transport>
  ) {
    router.registerSingleInput(FeatureExtractor.encode) { request, context in
      StreamingServerResponse(single: try await encode(request, context: context))
    }
  }
}

/// One image to encode.
public struct EncodeRequest: MessagePackMessage {
  /// A normalised image, float32 [3, rows, columns].
  public var image: ImageTensor
  /// The features that are wanted, by the encoder's identity: its weights' hash, the preprocessing
  /// and the grid, as encoders produce it in ``StageIdentity``.
  public var features: String
  /// What the image is called, for messages to people.
  public var name: String

  public init(image: Tensor, features: String, name: String = "") {
    self.image = ImageTensor(image)
    self.features = features
    self.name = name
  }

  /// - Throws: ``MessagePackError``; with code `invalidValue` for another shape or element type.
  public init(from map: MessagePackMap) throws(MessagePackError) {
    image = try ImageTensor(from: map)
    features = try map.decode("features")
    name = try map.decodeIfPresent("name") ?? ""
  }

  public func encode(into map: inout MessagePackMapWriter) {
    image.encode(into: &map)
    map.encode("features", features)
    map.encode("name", name)
  }
}
