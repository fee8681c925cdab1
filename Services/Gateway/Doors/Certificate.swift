import NIOSSL
import ServiceKit

/// The files that TLS needs.
struct Certificate: Sendable {
  /// PEM, the gateway's own certificate first.
  let chain: String
  /// PEM.
  let privateKey: String
  let configuration: TLSConfiguration

  /// Nil where none is configured.
  ///
  /// - Throws: ``ServiceError`` with code `configuration` that names the file.
  init?(_ settings: GatewaySettings) throws(ServiceError) {
    switch (settings.certificate, settings.privateKey) {
    case (nil, nil): return nil
    case (let chain?, let key?):
      self.chain = chain
      privateKey = key
      do {
        configuration = .makeServerConfiguration(
          certificateChain: try NIOSSLCertificate.fromPEMFile(chain).map { .certificate($0) },
          privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
        // Whether they belong together.
        _ = try NIOSSLContext(configuration: configuration)
      } catch {
        throw ServiceError(
          .configuration,
          "gateway: \(chain) and \(key) are no certificate and key in PEM that belong together: "
            + "\(error)")
      }
    default:
      throw ServiceError(
        .configuration, "gateway: certificate and private_key are named together or not at all")
    }
  }
}
