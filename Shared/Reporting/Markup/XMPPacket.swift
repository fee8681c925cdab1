/// A description of a picture as XMP (ISO 16684-1): RDF/XML, as a sidecar file beside a photograph
/// holds it.
public struct XMPPacket: Sendable {
  /// What the picture shows: `dc:description`, in the default language.
  public var description: String

  public init(description: String) { self.description = description }

  /// The packet, in UTF-8. What XML cannot hold stands in it as U+FFFD.
  public var text: String {
    """
    <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
    <x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="CaptionMesh">
     <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
      <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
       <dc:description>
        <rdf:Alt>
         <rdf:li xml:lang="x-default">\(HTML.escape(description))</rdf:li>
        </rdf:Alt>
       </dc:description>
      </rdf:Description>
     </rdf:RDF>
    </x:xmpmeta>
    <?xpacket end="w"?>

    """
  }
}
