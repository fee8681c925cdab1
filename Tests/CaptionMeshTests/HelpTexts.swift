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

  static let caption = #"""
    OVERVIEW: Caption one image, and show where the model looked.

    Asks the mesh, or with --local or --model does everything in this process.

    --attention shows the photograph once a word with where the model looked when it chose the word: as
    a picture (.png), or as a page that stands alone in one file (.html), in which pointing at a word
    shows its map.

    Examples:
      captionmesh caption dog.jpg
      captionmesh caption dog.jpg --attention dog.html
      captionmesh caption dog.jpg --model run1/best.safetensors --attention dog.png
      captionmesh caption dog.jpg --compare --model run1/best.safetensors \
        --model run2/best.safetensors --attention dog.html

    USAGE: captionmesh caption [<options>] <image>

    ARGUMENTS:
      <image>                 JPEG or PNG file.

    WITH A MESH:
      --dispatcher <address>  The dispatcher's address, such as
                              ipc:///run/user/1000/captionmesh/dispatcher.sock or tcp://127.0.0.1:7400;
                              by default the mesh of this user.
      --key <file>            Key file for a dispatcher on another machine; else $CAPTIONMESH_KEY, else
                              the one in ~/.config/captionmesh/keys.

    WITHOUT A MESH:
      --model <file>          Checkpoint to use; by default the one that comes with the program. Where
                              a command takes several, repeat it.
      --store <store>         Encoder store; by default ~/.local/share/captionmesh/encoders.
      --precision <precision> Numbers that encoder and decoder multiply: fp32; bf16, where the
                              processor has them; int8, with weights that `captionmesh encoder
                              quantize` made, the decoder in bf16; or auto, the fastest of them that
                              loses next to nothing. (values: fp32, bf16, int8, auto; default: fp32)
      --threads <threads>     Threads; by default one for each processor. (default: N)

    OPTIONS:
      --local                 Caption in this process, without a mesh.
      --compare               Set the captions of several --model side by side, in this process.
      --attention <file>      Where to show what the model looked at: a file that ends in .png or .html.
      --json                  Print a JSON object a model as `captionmesh stream` does.
      --beam <beam>           Beams of the search; 1 is greedy. (default: 3)
      --timeout <timeout>     Seconds that the mesh may take. (default: 60)
      --version               Show the version.
      -h, --help              Show help information.

    """#

  static let report = #"""
    OVERVIEW: Put runs together in a report: scores, curves, captions, comparisons, costs.

    Reads the folders that `captionmesh train` and `captionmesh evaluate` wrote, and writes one HTML
    file that stands alone, or Markdown with its pictures in a folder beside it (report.md,
    report-files). Runs that differ in their seeds alone are grouped. Files that a folder lacks are
    named in the report; malformed ones stop it.

    Photographs are captioned by every run whose checkpoint is in its folder, with beam 3; without
    --images they are the samples that Deploy/setup fetched.

    Example:
      captionmesh report runs/attend-1 runs/attend-2 runs/tell-1 --output report.html \
        --output report.md

    USAGE: captionmesh report <run> ... --output <file> ... [--images <files> ...] [--published] [--no-published] [--store <store>] [--threads <threads>]

    ARGUMENTS:
      <run>                   Run folders.

    OPTIONS:
      -o, --output <file>     File that ends in .html or .md; repeat it for both.
      --images <files>        Photographs that every model captions.
      --published/--no-published
                              Set scores that others published on Flickr8k beside; by default where
                              runs are of it.
      --store <store>         Encoder store; by default ~/.local/share/captionmesh/encoders.
      --threads <threads>     Threads; by default one for each processor. (default: N)
      --version               Show the version.
      -h, --help              Show help information.

    """#
}
