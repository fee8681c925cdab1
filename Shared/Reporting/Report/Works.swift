/// The works that reports cite.
enum Works {
  static let showAndTell = Reference(
    authors: "Vinyals, Toshev, Bengio, Erhan", year: 2015,
    title: "Show and Tell: A Neural Image Caption Generator", venue: "CVPR",
    address: "https://arxiv.org/abs/1411.4555")
  static let attendAndTell = Reference(
    authors: "Xu, Ba, Kiros, Cho, Courville, Salakhutdinov, Zemel, Bengio", year: 2015,
    title: "Show, Attend and Tell: Neural Image Caption Generation with Visual Attention",
    venue: "ICML", address: "https://arxiv.org/abs/1502.03044")
  static let adaptive = Reference(
    authors: "Lu, Xiong, Parikh, Socher", year: 2017,
    title: "Knowing When to Look: Adaptive Attention via a Visual Sentinel for Image Captioning",
    venue: "CVPR", address: "https://arxiv.org/abs/1612.01887")
  static let selfCritical = Reference(
    authors: "Rennie, Marcheret, Mroueh, Ross, Goel", year: 2017,
    title: "Self-critical Sequence Training for Image Captioning", venue: "CVPR",
    address: "https://arxiv.org/abs/1612.00563")
  static let spatialAndChannelWise = Reference(
    authors: "Chen, Zhang, Xiao, Nie, Shao, Liu, Chua", year: 2017,
    title: "SCA-CNN: Spatial and Channel-wise Attention in Convolutional Networks for Image "
      + "Captioning", venue: "CVPR", address: "https://arxiv.org/abs/1611.05594")
  static let bleu = Reference(
    authors: "Papineni, Roukos, Ward, Zhu", year: 2002,
    title: "BLEU: a Method for Automatic Evaluation of Machine Translation", venue: "ACL",
    address: "https://aclanthology.org/P02-1040")
  static let cider = Reference(
    authors: "Vedantam, Zitnick, Parikh", year: 2015,
    title: "CIDEr: Consensus-based Image Description Evaluation", venue: "CVPR",
    address: "https://arxiv.org/abs/1411.5726")
  static let rouge = Reference(
    authors: "Lin", year: 2004,
    title: "ROUGE: A Package for Automatic Evaluation of Summaries", venue: "ACL Workshop",
    address: "https://aclanthology.org/W04-1013")
  static let flickr8k = Reference(
    authors: "Hodosh, Young, Hockenmaier", year: 2013,
    title: "Framing Image Description as a Ranking Task: Data, Models and Evaluation Metrics",
    venue: "JAIR 47", address: nil)
}

/// Scores on Flickr8k's test split that others published; BLEU-4 from 0 to 1.
struct PublishedScore: Sendable {
  var model: String
  var bleu4: Double

  static let flickr8k = [
    PublishedScore(
      model: "Show, Attend and Tell, soft attention, VGG features (Xu and others 2015)",
      bleu4: 0.195),
    PublishedScore(
      model: "Show, Attend and Tell, hard attention, VGG features (Xu and others 2015)",
      bleu4: 0.213),
    PublishedScore(
      model: "Show, Attend and Tell, re-implemented in PyTorch by others, ResNet-101, greedy",
      bleu4: 0.211),
    PublishedScore(
      model: "Show, Attend and Tell, re-implemented in PyTorch by others, ResNet-101, beam 3",
      bleu4: 0.238),
    PublishedScore(
      model: "SCA-CNN, ResNet features (Chen and others 2017)", bleu4: 0.258),
  ]
}
