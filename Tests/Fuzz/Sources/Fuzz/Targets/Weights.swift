import Compute
import Decoders
import Features
import NumpyFiles
import Tensor
import Vocabulary

@testable import WeightFiles

extension FuzzTarget {
  static let safetensors = FuzzTarget(
    name: "safetensors", maximumLength: 4_096,
    tokens: [
      "__metadata__", "dtype", "shape", "data_offsets", "F16", "BF16", "BOOL", "I64", "\\u",
    ],
    seeds: { try Fixtures.files("WeightFiles", endingIn: ".safetensors") },
    parse: { try read($0) })

  /// PyTorch's files of both forms: ZIP and pickle.
  static let pyTorch = FuzzTarget(
    name: "pth", maximumLength: 8_192,
    tokens: [
      "collections\nOrderedDict\n", "ctorch._utils\n_rebuild_tensor_v2\n",
      "torch._utils\n_rebuild_parameter\n", "ctorch\nFloatStorage\n", "torch\nBFloat16Storage\n",
      "storage", "data.pkl", "byteorder", "PK\u{1}\u{2}", "PK\u{3}\u{4}", "PK\u{5}\u{6}",
      "PK\u{6}\u{6}", "PK\u{6}\u{7}", "little_endian",
    ],
    seeds: { try Fixtures.files("WeightFiles", endingIn: ".pth") },
    parse: { try read($0) })

  /// A decoder's checkpoint: safetensors whose metadata hold JSON.
  static let checkpoint: FuzzTarget = {
    let file = ScratchFile()
    return FuzzTarget(
      name: "checkpoint", maximumLength: 8_192,
      tokens: [
        "architecture", "adaptive", "tell", "attend", "lstm", "gru", "projected", "plain",
        "feature_size", "hidden_size", "embedding_size", "attention_size", "vocabulary_size",
        "pooling", "grid_height", "channels", "embedding.weight", "F16", "data_offsets",
      ],
      seeds: { try [.tell, .attend, .adaptive].map(checkpoint) },
      parse: { bytes in
        file.fill(bytes)
        let checkpoint = try Checkpoint(path: file.path)
        precondition(!checkpoint.parameters.names.isEmpty)
        _ = checkpoint.decoder()
      })
  }()

  static let numpy = FuzzTarget(
    name: "numpy", maximumLength: 1_024,
    tokens: ["'descr'", "'fortran_order'", "'shape'", "True", "False", "'<f4'", "(", ",)", "}"],
    seeds: { try Fixtures.files("NumpyFiles", endingIn: ".npy") },
    parse: { bytes in
      let tensor = try NumpyFile.decode(bytes, name: "fuzz")
      let again = try NumpyFile.decode(unsafe NumpyFile.encode(tensor).span.bytes, name: "again")
      precondition(again.shape == tensor.shape && again.elementType == tensor.elementType)
    })

  private static func read(_ bytes: RawSpan) throws {
    let buffer = AlignedBuffer(byteCount: bytes.byteCount)
    unsafe buffer.withUnsafeMutableBytes { target in
      unsafe bytes.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
    }
    let file = try WeightFile(path: "fuzz", file: buffer)
    for tensor in file.tensors.values {
      let bytes = tensor.bytes
      precondition(
        bytes.byteCount == tensor.shape.elementCount * tensor.elementType.byteCount)
      // Touches every byte, which the sanitizer watches.
      var sum: UInt8 = 0
      for index in 0..<bytes.byteCount {
        sum &+= bytes.byte(index)
      }
      blackHole(sum)
    }
  }

  @inline(never)
  private static func blackHole(_ value: UInt8) {}

  private static func checkpoint(
    _ architecture: DecoderConfiguration.Architecture
  ) throws -> [UInt8] {
    let vocabulary = try Vocabulary(words: ["<pad>", "a", "<unk>", "<start>", "<end>"])
    let configuration = DecoderConfiguration(
      architecture: architecture, featureSize: 2, hiddenSize: 2, embeddingSize: 2, attentionSize: 2,
      vocabularySize: vocabulary.count)
    let features = FeatureIdentity(
      encoder: "small", weightsHash: "abc", preprocessing: "rgb", gridHeight: 2, gridWidth: 2,
      channels: 2)
    let checkpoint = Checkpoint(
      configuration: configuration, vocabulary: vocabulary, features: features,
      parameters: ParameterSet(configuration), card: ["seed": "1"])
    return try made { try checkpoint.write(to: $0, precision: .float16) }
  }
}
