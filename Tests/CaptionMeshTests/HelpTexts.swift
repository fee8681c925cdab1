/// What `--help` prints, 100 columns wide.
enum HelpTexts {
  static let score = #"""
    OVERVIEW: Score captions against references: BLEU-1 to 4, ROUGE-L and CIDEr-D.

    Both files are text, or both are COCO's JSON.

    Text: the candidates file has one caption a line, and the references file has a line for each of
    them, with its references separated by TABs.

    JSON: the candidates file is COCO's results, [{"image_id": 1, "caption": "…"}, …], and the
    references file COCO's annotations, {"annotations": [{"image_id": 1, "caption": "…"}, …]}.

    BLEU has no one definition. 'coco' is what papers on captioning report and what the selection of
    models is usually based on; 'nltk' and 'sacrebleu' differ from it where captions are short or
    nothing matches, and sacreBLEU's scale is 0 to 100. ROUGE-L and CIDEr-D are coco-caption's. In a
    candidate the word <unk> matches nothing.

    Words are taken as they are, split at blanks. Raw sentences, with capitals and punctuation, want
    '--tokenize ptb', coco-caption's way from sentences to words.

    USAGE: captionmesh score --candidates <file> --references <file> [--method <name>] [--smoothing <number>] [--smooth <name>] [--tokenize <name>] [--json]

    OPTIONS:
      --candidates <file>     The captions to score.
      --references <file>     What people wrote.
      --method <name>         Whose BLEU. (values: coco, nltk, sacrebleu; default: coco)
      --smoothing <number>    With nltk: its smoothing function, 0 to 7; else 0.
      --smooth <name>         With sacrebleu: its smoothing; else exp. (values: none, floor, add-k, exp)
      --tokenize <name>       How sentences become words. (values: none, ptb; default: none)
      --json                  Print one JSON object with the keys bleu (four numbers), rouge_l and
                              cider.
      --version               Show the version.
      -h, --help              Show help information.

    """#
}
