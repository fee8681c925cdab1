public import MessagePack

/// One photograph to caption.
public struct CaptionRequest: MessagePackMessage {
  /// The client's name for the request, which the reply repeats. On one stream, each request has
  /// its own.
  public var id: String
  /// An image file's bytes: JPEG or PNG.
  public var image: MessageBytes
  /// The file's name, for messages to people.
  public var name: String
  public var options: DecodeOptions

  public init(
    id: String, image: MessageBytes, name: String = "", options: DecodeOptions = DecodeOptions()
  ) {
    self.id = id
    self.image = image
    self.name = name
    self.options = options
  }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    id = try map.decodeIfPresent("id") ?? ""
    image = try map.decode("image")
    name = try map.decodeIfPresent("name") ?? ""
    options = try DecodeOptions(from: map)
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("id", id)
    map.encode("image", image)
    map.encode("name", name)
    options.encode(into: &map)
  }
}
