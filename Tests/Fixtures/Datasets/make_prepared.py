"""Prepares a data set from Karpathy's JSON as sgrvinod's a-PyTorch-Tutorial-to-Image-Captioning
documents its files, and makes the small data set on which DatasetsTests compares the two.

    python3 make_prepared.py                                  # needs h5py, numpy and pillow
    python3 make_prepared.py KARPATHY.json IMAGES OUTPUT      # any other data set

The first form writes, beside this script,
  images/                   tiny images of every colour mode
  dataset_tiny.json         their captions, as Karpathy's JSON
  tiny_…                    the seven JSON files
  prepared.json             what an HDF5 file holds: structure, attribute, SHA-256 of each image
  draws.json                what CPython's random draws for some seeds

Made with Python 3.11, h5py 3.16.0 (HDF5 2.0.0) and Pillow 13.0.0.
"""

import hashlib
import io
import json
import random
import sys
from collections import Counter
from pathlib import Path

import h5py
import numpy as np
from PIL import Image, ImageOps

HERE = Path(__file__).parent
SPLITS = {"train": "TRAIN", "restval": "TRAIN", "val": "VAL", "test": "TEST"}


def resized(image):
    """256×256, rows first in every version of Pillow."""
    image = image.convert("RGB")
    return image.resize((256, image.height), Image.Resampling.BILINEAR).resize(
        (256, 256), Image.Resampling.BILINEAR)


def prepare(karpathy, images, output, per_image=5, frequency=5, maximum=50):
    data = json.loads(Path(karpathy).read_text())
    members = {"TRAIN": [], "VAL": [], "TEST": []}
    counts = Counter()
    for image in data["images"]:
        usable = []
        for sentence in image["sentences"]:
            counts.update(sentence["tokens"])
            if len(sentence["tokens"]) <= maximum:
                usable.append(sentence["tokens"])
        if usable and image["split"] in SPLITS:
            path = Path(images) / image.get("filepath", "") / image["filename"]
            members[SPLITS[image["split"]]].append((path, usable))

    ids = {}
    for word, count in counts.items():
        if count > frequency:
            ids[word] = len(ids) + 1
    for word in ("<unk>", "<start>", "<end>"):
        ids[word] = len(ids) + 1
    ids["<pad>"] = 0

    base = f"{data['dataset']}_{per_image}_cap_per_img_{frequency}_min_word_freq"
    output = Path(output)
    output.mkdir(parents=True, exist_ok=True)
    with open(output / f"WORDMAP_{base}.json", "w") as file:
        json.dump(ids, file)

    random.seed(123)
    for split, entries in members.items():
        encoded, lengths = [], []
        with h5py.File(output / f"{split}_IMAGES_{base}.hdf5", "w") as file:
            file.attrs["captions_per_image"] = per_image
            rows = file.create_dataset("images", (len(entries), 3, 256, 256), dtype="uint8")
            for row, (path, usable) in enumerate(entries):
                if len(usable) < per_image:
                    extra = per_image - len(usable)
                    drawn = usable + [random.choice(usable) for _ in range(extra)]
                else:
                    drawn = random.sample(usable, k=per_image)
                rows[row] = np.asarray(resized(Image.open(path))).transpose(2, 0, 1)
                for words in drawn:
                    known = [ids.get(word, ids["<unk>"]) for word in words]
                    padding = [ids["<pad>"]] * (maximum - len(words))
                    encoded.append([ids["<start>"], *known, ids["<end>"], *padding])
                    lengths.append(len(words) + 2)
        with open(output / f"{split}_CAPTIONS_{base}.json", "w") as file:
            json.dump(encoded, file)
        with open(output / f"{split}_CAPLENS_{base}.json", "w") as file:
            json.dump(lengths, file)
    return base


# ── The tiny data set ─────────────────────────────────────────────────────────────────────────────


def pixels(width, height, phase):
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    channels = [255 * x / width, 127 + 120 * np.sin((x + phase) / 3) * np.cos(y / 4),
                np.where((x // 7 + y // 5) % 2 == 0, 40, 210)]
    return np.clip(np.stack(channels, -1), 0, 255).astype(np.uint8)


def save_images(folder):
    folder.mkdir(exist_ok=True)
    rgb = Image.fromarray(pixels(31, 22, 0))
    alpha = Image.fromarray(pixels(31, 22, 5)[:, :, 1])
    gray = rgb.convert("L")
    cmyk = Image.merge("CMYK", [*rgb.split(), alpha])
    clear = rgb.copy()
    clear.putalpha(alpha)
    gray_alpha = Image.merge("LA", [gray, alpha])
    rgb.save(folder / "rgb.jpg")
    gray.save(folder / "gray.jpg")
    rgb.save(folder / "progressive.jpg", progressive=True)
    cmyk.save(folder / "cmyk.jpg")
    exif = Image.Exif()
    exif[0x0112] = 6
    rgb.save(folder / "turned.jpg", exif=exif.tobytes())
    # YCCK: the four channels as they are, and the Adobe segment's last byte 2.
    inverted = [ImageOps.invert(channel) for channel in rgb.convert("YCbCr").split()]
    buffer = io.BytesIO()
    Image.merge("CMYK", [*inverted, alpha]).save(buffer, "JPEG")
    data = bytearray(buffer.getvalue())
    data[data.index(b"Adobe") + 11] = 2
    (folder / "ycck.jpg").write_bytes(data)
    rgb.save(folder / "rgb.png")
    gray.save(folder / "gray.png")
    clear.save(folder / "alpha.png")
    gray_alpha.save(folder / "gray-alpha.png")
    rgb.quantize(16).save(folder / "palette.png")
    rgb.quantize(16).save(folder / "clear-palette.png", transparency=3)
    Image.fromarray(pixels(40, 300, 1)).save(folder / "tall.jpg", quality=60)
    Image.fromarray(pixels(300, 40, 2)).save(folder / "wide.jpg", quality=60)
    Image.fromarray(pixels(1, 1, 0)).save(folder / "one.png")


WORDS = ("a dog runs in the snow two girls man on bench red ball café cafe\u0301 naïve 猫 "
         "\U0001f600 quote\" back\\slash tab\t").split(" ")


def captions(draw, count, longest=9):
    return [[draw.choice(WORDS) for _ in range(draw.randint(1, longest))] for _ in range(count)]


def make_tiny():
    save_images(HERE / "images")
    draw = random.Random(7)
    names = sorted(path.name for path in (HERE / "images").iterdir())
    counts = [5, 1, 7, 2, 5, 30, 6, 3, 5, 4, 8, 5, 5, 1, 5]
    splits = ["train", "val", "train", "test", "restval", "train", "train", "val", "test",
              "train", "train", "val", "test", "train", "other"]
    images = []
    for number, (name, count, split) in enumerate(zip(names, counts, splits)):
        texts = captions(draw, count)
        if number == 2:
            texts[3] = [WORDS[0]] * 13  # longer than the maximum of 12
        if number == 13:
            texts = [[WORDS[1]] * 14]  # no caption that is short enough
        if number == 6:
            texts[1] = [WORDS[3]] * 12
        images.append({
            "filename": name, "imgid": number, "split": split, "sentids": [],
            "sentences": [{"tokens": words, "raw": " ".join(words), "imgid": number}
                          for words in texts]})
    path = HERE / "dataset_tiny.json"
    path.write_text(json.dumps({"images": images, "dataset": "tiny"}))

    output = HERE / "tiny"
    base = prepare(path, HERE / "images", output, frequency=3, maximum=12)
    description = {}
    for file in sorted(output.glob("*.hdf5")):
        with h5py.File(file) as opened:
            rows = opened["images"]
            value = opened.attrs.get_id("captions_per_image")
            description[file.name] = {
                "members": list(opened), "shape": list(rows.shape), "type": rows.dtype.str,
                "contiguous": rows.chunks is None, "filters": rows.compression,
                "attributes": list(opened.attrs), "attribute_type": value.dtype.str,
                "attribute_shape": list(value.shape),
                "captions_per_image": int(opened.attrs["captions_per_image"]),
                "sha256": [hashlib.sha256(row.tobytes()).hexdigest() for row in rows]}
        file.unlink()
    (HERE / "prepared.json").write_text(json.dumps({"base": base, "files": description}, indent=1))


def make_draws():
    draws = []
    for seed in (0, 1, 123, 2**32 - 1, 2**32, 2**63 + 12345):
        generator = random.Random(seed)
        shuffled = list(range(30))
        draws.append({
            "seed": str(seed),
            "words": [generator.getrandbits(32) for _ in range(3)],
            "later": [generator.getrandbits(32) for _ in range(1300)][-3:],
            "choices": [generator.choice(range(n)) for n in (1, 2, 3, 7, 64, 65, 1000, 2**31)],
            "samples": [generator.sample(range(n), k)
                        for n, k in ((5, 5), (7, 5), (21, 5), (22, 5), (85, 6), (86, 6), (30, 12),
                                     (400, 20))],
            "shuffled": (generator.shuffle(shuffled), shuffled)[1]})
    (HERE / "draws.json").write_text(json.dumps(draws))


if __name__ == "__main__":
    if len(sys.argv) == 4:
        prepare(*sys.argv[1:])
    else:
        make_tiny()
        make_draws()
