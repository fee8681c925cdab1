import Hummingbird

/// What the Open Inference Protocol answers: JSON, and after it the tensors that are wanted binary.
struct InferenceReply {
  private struct Body: Encodable {
    let model: String
    let version: String
    let id: String?
    let outputs: [Tensor]

    enum CodingKeys: String, CodingKey {
      case id, outputs
      case model = "model_name"
      case version = "model_version"
    }
  }

  private struct Tensor: Encodable {
    let name: String
    let datatype: String
    let shape: [Int]
    var parameters: [String: Int]?
    var data: Values?
  }

  private enum Values: Encodable {
    case texts([String])
    case numbers([Double])

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .texts(let texts): try container.encode(texts)
      case .numbers(let numbers): try container.encode(numbers)
      }
    }
  }

  let model: String
  let version: String
  let captions: [String]
  let scores: [Float]

  func response(to request: InferenceRequest) -> Response {
    var binary = ByteBuffer()
    let outputs = request.outputs.map { output, isBinary in
      let start = binary.readableBytes
      var tensor: Tensor
      switch output {
      case .caption:
        tensor = Tensor(name: output.rawValue, datatype: "BYTES", shape: [captions.count])
        if isBinary {
          for caption in captions {
            binary.writeInteger(UInt32(caption.utf8.count), endianness: .little)
            binary.writeString(caption)
          }
        } else {
          tensor.data = .texts(captions)
        }
      case .score:
        tensor = Tensor(name: output.rawValue, datatype: "FP32", shape: [scores.count])
        if isBinary {
          for score in scores { binary.writeInteger(score.bitPattern, endianness: .little) }
        } else {
          tensor.data = .numbers(scores.map(Double.init))
        }
      }
      if isBinary {
        tensor.parameters = ["binary_data_size": binary.readableBytes - start]
      }
      return tensor
    }
    var body = ByteBuffer.json(
      Body(model: model, version: version, id: request.id, outputs: outputs))
    guard request.outputs.contains(where: \.isBinary) else {
      return Response(
        status: .ok, headers: [.contentType: "application/json"],
        body: ResponseBody(byteBuffer: body))
    }
    let headerLength = body.readableBytes
    body.writeImmutableBuffer(binary)
    return Response(
      status: .ok,
      headers: [
        .contentType: "application/octet-stream", .inferenceHeaderLength: "\(headerLength)",
      ], body: ResponseBody(byteBuffer: body))
  }
}
