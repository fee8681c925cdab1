import FoundationEssentials
import Imaging
import Reporting
import Tensor

/// Run folders as `captionmesh train` and `captionmesh evaluate` write them.
struct FakeRuns: ~Copyable {
  let root: String

  init() throws {
    root = FileManager.default.temporaryDirectory.path + "/runs-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  static let header =
    "epoch,phase,learning_rate,loss,attention_penalty,top5_accuracy,teacher_forced_bleu4,bleu1,"
    + "bleu2,bleu3,bleu4,rouge_l,cider,reward,tokens_per_second,seconds,peak_memory_mb\n"

  static let log =
    header + """
      1,cross-entropy,0.0004,4.45,0.2,0.46,0.12,0.59,0.39,0.25,0.1668,0.41,0.3531,,3813,90,812
      2,cross-entropy,0.0004,3.32,0.2,0.61,0.13,0.61,0.41,0.27,0.1853,0.43,0.4157,,3751,91,815
      3,self-critical,0.00005,-0.02,,,,0.63,0.45,0.31,0.2206,0.46,0.5735,0.61,1014,199,912

      """

  static let captions = """
    [{"image":"a.jpg","caption":"a dog runs","log_probability":-3.5,"bleu4":0.3,"cider":1.5,"reference_length":9.5,"rare_words":0},
     {"image":"b.jpg","caption":"a red red ball","log_probability":-4,"bleu4":0.1,"cider":0.2,"reference_length":12.5,"rare_words":4}]
    """

  /// Writes a folder with all files; returns its path.
  func make(
    _ name: String, seed: Int = 1, architecture: String = "attend", bleu4: Double = 0.2183,
    cider: Double = 0.5494, captions: String = captions
  ) throws -> String {
    let config = """
      {"name":"\(name.replacing("\"", with: "\\\""))","command":"captionmesh train","data":"flickr8k","seed":\(seed),"threads":2,\
      "decoder":{"architecture":"\(architecture)","cell":"lstm","hidden_size":512},\
      "encoder":{"name":"efficientnet-lite2","weights_hash":"ab","preprocessing":"p","grid":"8x8"},\
      "vocabulary":2538,"selection":"bleu4","parameters":9239331,"training":{"epochs":3,"seed":\(seed),"dropout":0.5},\
      "initial":null,"finetuned":null}
      """
    let test = """
      {"split":"test","images":1000,"encoding_seconds":7.75,"length_normalization":0.7,"blocked_ngram":3,"beams":[\
      {"beam":1,"bleu":[0.61,0.43,0.29,0.1911],"bleu_nltk":[0.61,0.43,0.29,0.19],"rouge_l":0.45,"cider":0.4999,"seconds":1.5,"mean_length":9.1,"unfinished":1},\
      {"beam":3,"bleu":[0.636,0.4572,0.3178,\(bleu4)],"bleu_nltk":[0.63,0.45,0.31,0.2179],"rouge_l":0.4698,"cider":\(cider),"seconds":4.25,"mean_length":9.4,"unfinished":0}]}
      """
    let folder = root + "/" + name.replacing("/", with: "-")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try write(config, folder + "/config.json")
    try write(test, folder + "/test.json")
    try write(Self.log, folder + "/log.csv")
    try write(captions, folder + "/test-captions.json")
    try write("", folder + "/best.safetensors")
    return folder
  }

  func write(_ text: String, _ path: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
  }

  /// A photograph of 40×30 pixels, and a caption with attention on a grid of 2×3.
  static func photograph(_ name: String = "a <i>.jpg", word: String = "dog & \"cat\"")
    -> CaptionedPhotograph
  {
    let pixels = Tensor([30, 40, 3], (0..<3600).map { UInt8($0 % 251) })
    return CaptionedPhotograph(
      name: name, image: Image(pixels: pixels),
      captions: [
        ModelCaption(
          model: "attend <1>",
          words: [
            .init("a", attention: [0.9, 0.02, 0.02, 0.02, 0.02, 0.02], sentinel: 0.25),
            .init(word, attention: [0.1, 0.1, 0.2, 0.2, 0.2, 0.2], sentinel: 0.75),
          ], rows: 2, columns: 3, logProbability: -4.5),
        ModelCaption(
          model: "tell", words: [.init("a"), .init("boat")], rows: 2, columns: 3,
          logProbability: -5),
      ])
  }
}
