/// A secret key of CURVE. It shows itself to nobody who prints or logs it.
public struct CurveSecretKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  let bytes: [UInt8]

  /// Nil for anything but 40 characters of Z85.
  public init?(z85: some StringProtocol) {
    guard let bytes = Z85.decode(z85) else { return nil }
    self.bytes = bytes
  }

  /// The key itself in Z85, for the file that keeps it and for nothing else.
  public var revealed: String { Z85.encode(bytes) }

  public var description: String { "(a secret key)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
