"""Captions and feature maps for the benchmarks: invented ones of Flickr8k's lengths and size of
vocabulary, or a part of a Karpathy JSON and of the feature cache that goes with it."""
import json, os, subprocess

import h5py, numpy as np

CELLS, CHANNELS, CAPTIONS = 64, 1280, 5
# Words of Flickr8k's training captions that stand there at least five times.
WORDS = 2534


def invented_captions(images):
    """Words as frequent as Zipf's law has it, but each at least once; 10.8 a caption."""
    rng = np.random.default_rng(0)
    lengths = np.clip(rng.normal(10.8, 3.8, images * CAPTIONS).round(), 3, 24).astype(int)
    share = 1 / (np.arange(WORDS) + 2.7)
    words = rng.choice(WORDS, lengths.sum(), p=share / share.sum())
    once = min(WORDS, len(words))
    words[rng.choice(len(words), once, replace=False)] = np.arange(once)
    texts = np.split(words, np.cumsum(lengths)[:-1])
    captions = [[f"w{word}" for word in text] for text in texts]
    return [captions[i:i + CAPTIONS] for i in range(0, len(captions), CAPTIONS)]


def invented_maps(images):
    """Sparse maps without negative numbers, whose cells resemble their image's others."""
    maps = np.empty((images, CELLS, CHANNELS), np.float16)
    for image in range(images):
        rng = np.random.default_rng(image)
        whole = rng.exponential(0.35, CHANNELS) * (rng.random(CHANNELS) < 0.4)
        own = rng.exponential(0.35, (CELLS, CHANNELS)) * (rng.random((CELLS, CHANNELS)) < 0.2)
        maps[image] = 0.6 * whole + own
    return maps


class Material:
    """Images of one split, as the program reads them (the files `karpathy` and `features`) and in
    memory (`maps`, `captions`). `beside` names another split that the program asks for, and how many
    images that one has, in the files alone."""

    def __init__(self, folder, split, images, beside, karpathy=None, features=None, identity=None):
        other, others = beside
        self.karpathy, self.features = (os.path.join(folder, name) for name in ("data.json", "maps.h5"))
        if karpathy:
            with open(karpathy) as file:
                source = json.load(file)["images"]
            pick = lambda name, count: [image for image in source if image["split"] == name][:count]
            chosen = pick(split, images) + pick(other, others)
            self.captions = [[s["tokens"] for s in image["sentences"]] for image in chosen]
            names = [image["filename"] for image in chosen]
            with h5py.File(features) as file:
                rows = {name: row for row, name in enumerate(json.loads(file["names"][:].tobytes()))}
                maps = np.stack([file["features"][rows[name]] for name in names])
                identity = {name: value for name, value in file.attrs.items() if name != "rows"}
        else:
            self.captions = invented_captions(images + others)
            names = [f"{image}.jpg" for image in range(images + others)]
            maps = invented_maps(images + others)
        self._write(names, [split] * images + [other] * others, maps, identity or {
            "encoder": "invented", "weights_hash": "0" * 64, "preprocessing": "none", "grid": "8x8"})
        self.maps, self.captions = maps[:images], self.captions[:images]
        self.what = f"{images} images" + (" of " + os.path.basename(karpathy) if karpathy else ", invented")

    def _write(self, names, splits, maps, identity):
        sentences = lambda captions: [{"tokens": t, "raw": " ".join(t)} for t in captions]
        images = [{"filename": name, "split": split, "imgid": i, "sentences": sentences(captions)}
                  for i, (name, split, captions) in enumerate(zip(names, splits, self.captions))]
        with open(self.karpathy, "w") as file:
            json.dump({"dataset": "benchmark", "images": images}, file)
        with h5py.File(self.features, "w") as file:
            for name, value in identity.items():
                file.attrs[name] = np.bytes_(value)
            file.attrs["rows"] = len(names)
            file["names"] = np.frombuffer(json.dumps(names).encode(), np.uint8)
            file.create_dataset("features", data=maps, chunks=(1,) + maps.shape[1:])

    def ids(self, words):
        """The captions as ids from <start> to <end>."""
        places = {word: place for place, word in enumerate(words)}
        start, end, unknown = places["<start>"], places["<end>"], places["<unk>"]
        return [[[start] + [places.get(w, unknown) for w in text] + [end] for text in own]
                for own in self.captions]


def vocabulary(captions):
    return ["<pad>"] + sorted({w for own in captions for text in own for w in text}) + [
        "<unk>", "<start>", "<end>"]


def surroundings(threads):
    """Keeps this process and those that it starts to the first processors that it may use, and says
    what is measured on."""
    cores = sorted(os.sched_getaffinity(0))[:threads]
    os.sched_setaffinity(0, cores)
    core = os.environ.get("OPENBLAS_CORETYPE")
    load = os.getloadavg()[0]
    return (f"processors {cores}, {threads} threads each, load {load:.1f}; OpenBLAS's kernels: "
            + (f"{core}, as OPENBLAS_CORETYPE says" if core else "its own choice for this processor"))
