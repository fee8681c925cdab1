/// A short course on the models that a report is about.
enum HowModelsWork {
  static func blocks(_ architectures: Set<String>, selfCritical: Bool) -> [Block] {
    var blocks: [Block] = [
      .heading(2, "How the models work"),
      .paragraph(
        "An encoder, a convolutional network trained on ImageNet, turns a photograph into a grid "
          + "of feature vectors, one a cell. A recurrent decoder then says the sentence word by word: "
          + "at each step it takes the word before, changes its state h, and gives every word of "
          + "the vocabulary a probability. It learns by teacher forcing: fed with the words that "
          + "people wrote, it is to give each next one a high probability."),
      .equation(loss),
    ]
    if architectures.contains("tell") {
      blocks += [
        .heading(3, "Show and Tell"),
        .paragraph(
          "The photograph enters once, as the decoder’s first state: a batch-normalised linear "
            + "layer of the mean feature vector (after Vinyals and others 2015)."),
        .equation(firstState),
      ]
    }
    if !architectures.isDisjoint(with: ["attend", "adaptive"]) {
      blocks += [
        .heading(3, "Show, Attend and Tell"),
        .paragraph(
          "At each step the decoder looks again. A small network scores every cell of the grid "
            + "against the state; the softmax of the scores are weights α that sum to 1, and the "
            + "step’s input is the word before together with the weighted mean of the features "
            + "(Xu and others 2015). Since all of it is differentiable, nobody says where to look: "
            + "it is learned from the captions alone."),
        .equation(attention),
      ]
    }
    if architectures.contains("adaptive") {
      blocks += [
        .heading(3, "Adaptive attention"),
        .paragraph(
          "Some words need no photograph. A visual sentinel s, made of the decoder’s memory, is "
            + "scored like one more cell; its weight β says how much of a word came from the "
            + "sentence so far instead of from the photograph (Lu and others 2017)."),
        .equation(sentinel),
      ]
    }
    if selfCritical {
      blocks += [
        .heading(3, "Self-critical training"),
        .paragraph(
          "Teacher forcing rewards probable words, not good sentences. Afterwards the model says "
            + "sentences of its own by chance; those with a CIDEr-D r above the baseline b become "
            + "more probable and the others less (Rennie and others 2017)."),
        .equation(policy),
      ]
    }
    return blocks + [
      .heading(3, "From probabilities to a caption"),
      .paragraph(
        "Beam search keeps the k most probable beginnings at each step, and returns the sentence "
          + "with the highest sum of log-probabilities. Scores here are of captions made in this "
          + "way, free-running: the decoder sees only its own words. BLEU of teacher-forced words, "
          + "which curves show beside it, is another thing and not a score of captions."),
    ]
  }

  private static let loss = Equation(
    mathML: """
      <mi>L</mi><mo>=</mo><mo>−</mo><munder><mo>∑</mo><mi>t</mi></munder><mi>log</mi><mo>&#x2061;</mo>\
      <mi>p</mi><mo stretchy="false">(</mo><msub><mi>w</mi><mi>t</mi></msub><mo stretchy="false">|</mo><msub><mi>w</mi><mn>1</mn></msub>\
      <mo>…</mo><msub><mi>w</mi><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow></msub><mo>,</mo>\
      <mi>a</mi><mo stretchy="false">)</mo>
      """,
    tex: "L = -\\sum_t \\log p(w_t \\mid w_1 \\dots w_{t-1}, a)", name: "the loss")

  private static let firstState = Equation(
    mathML: """
      <msub><mi>h</mi><mn>0</mn></msub><mo>=</mo><mi>BN</mi><mo stretchy="false">(</mo><mi>W</mi>\
      <mover><mi>a</mi><mo>¯</mo></mover><mo>+</mo><mi>b</mi><mo stretchy="false">)</mo><mo>,</mo><mspace width="1em"/>\
      <msub><mi>h</mi><mi>t</mi></msub><mo>=</mo><mi>RNN</mi><mo stretchy="false">(</mo><mi>E</mi>\
      <msub><mi>w</mi><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow></msub><mo>,</mo>\
      <msub><mi>h</mi><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow></msub><mo stretchy="false">)</mo>
      """,
    tex: "h_0 = \\mathrm{BN}(W\\bar a + b), \\quad h_t = \\mathrm{RNN}(E w_{t-1}, h_{t-1})",
    name: "the first state and the recurrence")

  private static let attention = Equation(
    mathML: """
      <msub><mi>e</mi><mi>i</mi></msub><mo>=</mo><msup><mi>v</mi><mo>⊤</mo></msup><mi>relu</mi><mo stretchy="false">(</mo>\
      <msub><mi>W</mi><mi>a</mi></msub><msub><mi>a</mi><mi>i</mi></msub><mo>+</mo>\
      <msub><mi>W</mi><mi>h</mi></msub><msub><mi>h</mi><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow></msub>\
      <mo stretchy="false">)</mo><mo>,</mo><mspace width="1em"/><mi>α</mi><mo>=</mo><mi>softmax</mi><mo stretchy="false">(</mo><mi>e</mi>\
      <mo stretchy="false">)</mo><mo>,</mo><mspace width="1em"/><msub><mi>z</mi><mi>t</mi></msub><mo>=</mo>\
      <munder><mo>∑</mo><mi>i</mi></munder><msub><mi>α</mi><mi>i</mi></msub>\
      <msub><mi>a</mi><mi>i</mi></msub>
      """,
    tex: "e_i = v^\\top \\mathrm{relu}(W_a a_i + W_h h_{t-1}), \\quad "
      + "\\alpha = \\mathrm{softmax}(e), \\quad z_t = \\sum_i \\alpha_i a_i",
    name: "soft attention")

  private static let sentinel = Equation(
    mathML: """
      <mi>s</mi><mo>=</mo><mi>σ</mi><mo stretchy="false">(</mo><msub><mi>W</mi><mi>x</mi></msub>\
      <msub><mi>x</mi><mi>t</mi></msub><mo>+</mo><msub><mi>W</mi><mi>s</mi></msub>\
      <msub><mi>h</mi><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow></msub><mo stretchy="false">)</mo><mo>⊙</mo>\
      <mi>tanh</mi><mo stretchy="false">(</mo><msub><mi>c</mi><mi>t</mi></msub><mo stretchy="false">)</mo><mo>,</mo>\
      <mspace width="1em"/><msub><mover><mi>z</mi><mo>^</mo></mover><mi>t</mi></msub><mo>=</mo>\
      <mi>β</mi><mi>s</mi><mo>+</mo><munder><mo>∑</mo><mi>i</mi></munder>\
      <msub><mi>α</mi><mi>i</mi></msub><msub><mi>a</mi><mi>i</mi></msub><mo>,</mo>\
      <mspace width="1em"/><mi>β</mi><mo>+</mo><munder><mo>∑</mo><mi>i</mi></munder>\
      <msub><mi>α</mi><mi>i</mi></msub><mo>=</mo><mn>1</mn>
      """,
    tex: "s = \\sigma(W_x x_t + W_s h_{t-1}) \\odot \\tanh(c_t), \\quad "
      + "\\hat z_t = \\beta s + \\sum_i \\alpha_i a_i, \\quad \\beta + \\sum_i \\alpha_i = 1",
    name: "the visual sentinel")

  private static let policy = Equation(
    mathML: """
      <mo>∇</mo><mi>L</mi><mo>=</mo><mo>−</mo><mo stretchy="false">(</mo><mi>r</mi><mo stretchy="false">(</mo><mi>w</mi><mo stretchy="false">)</mo>\
      <mo>−</mo><mi>b</mi><mo stretchy="false">)</mo><mo>∇</mo><mi>log</mi><mo>&#x2061;</mo><mi>p</mi><mo stretchy="false">(</mo>\
      <mi>w</mi><mo stretchy="false">)</mo>
      """,
    tex: "\\nabla L = -(r(w) - b)\\, \\nabla \\log p(w)", name: "the gradient of the reward")
}
