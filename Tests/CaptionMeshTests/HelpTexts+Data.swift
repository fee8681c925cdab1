extension HelpTexts {
  static let prepare = #"""
    OVERVIEW: Make the files to train on from captions and a folder of images.

    Reads Karpathy's JSON of coco, flickr8k or flickr30k, or one's own captions: a CSV file (RFC 4180)
    whose first line names the columns image and caption, or JSON Lines with the keys image and
    caption, one line a caption. Paths of images are below the image folder.

    Writes the ten files of sgrvinod's a-PyTorch-Tutorial-to-Image-Captioning, byte for byte what its
    program writes: for TRAIN, VAL and TEST the images (HDF5, uint8 3×256×256), the captions and their
    lengths (JSON), and the word map.

    What was interrupted goes on when the same command is run again. Nothing is in its place before all
    is complete.

    Examples:
      captionmesh prepare --karpathy dataset_flickr8k.json --images flickr8k/images \
        --output prepared
      captionmesh prepare --captions captions.csv --images photographs --output prepared \
        --val-fraction 0.1 --test-fraction 0.1 --seed 1

    USAGE: captionmesh prepare [<options>] --images <folder> --output <folder>

    SPLIT OF ONE'S OWN CAPTIONS:
      --train-list <file>     Images to train on, one path a line.
      --val-list <file>       Images to validate on.
      --test-list <file>      Images to test on.
      --val-fraction <val-fraction>
                              Share of the images to validate on; without lists 0.1.
      --test-fraction <test-fraction>
                              Share of the images to test on; without lists 0.1.
      --seed <seed>           Seed by which images are drawn for the shares; without lists 123.

    OPTIONS:
      --karpathy <file>       Karpathy's JSON.
      --captions <file>       One's own captions: CSV or JSON Lines.
      --images <folder>       Folder of the images.
      -o, --output <folder>   Folder for the files; made if missing.
      --name <name>           What the files' names begin with; by default the JSON's, or custom.
      --captions-per-image <captions-per-image>
                              Captions taken of each image. (default: 5)
      --min-word-frequency <min-word-frequency>
                              Words that stand no more often than this become <unk>. (default: 5)
      --max-length <max-length>
                              Captions of more words are not taken. (default: 50)
      --skip-bad              Leave out images that cannot be read, and count them.
      --threads <threads>     Threads; by default one for each processor.
      --json                  Print the summary as JSON.
      --version               Show the version.
      -h, --help              Show help information.

    """#

  static let modelImport = #"""
    OVERVIEW: Make a checkpoint of a decoder that PyTorch has trained.

    Takes decoders of sgrvinod's a-PyTorch-Tutorial-to-Image-Captioning: the state_dict, by itself or
    in a dictionary, as torch.save or safetensors write it; the word map; and the encoder from the
    store whose features it was trained on. No code in the file is run. Of a checkpoint that holds
    whole modules save the weights first:

      torch.save(torch.load(FILE, weights_only=False)["decoder"].state_dict(), "decoder.pth")

    Example:
      captionmesh model import --decoder decoder.pth --word-map WORDMAP_coco….json \
        --encoder resnet101 --output imported.safetensors

    USAGE: captionmesh model import --decoder <file> --word-map <file> --encoder <encoder> [--store <store>] [--pooled-grid <pooled-grid>] --output <file>

    OPTIONS:
      --decoder <file>        State_dict of the decoder.
      --word-map <file>       Word map that it was trained with.
      --encoder <encoder>     Encoder that it was trained with, by its name in the store.
      --store <store>         Encoder store; by default ~/.local/share/captionmesh/encoders.
      --pooled-grid <pooled-grid>
                              Rows and columns that the encoder's feature map is pooled to; 0 where
                              attention sees the map itself. (default: 14)
      -o, --output <file>     Checkpoint to write.
      --version               Show the version.
      -h, --help              Show help information.

    """#
}
