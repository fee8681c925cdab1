"""Free-running beam search beside PyTorch: the same weights and feature maps in half precision, which
both have in memory, on the same processors; batches of images and one image at a time, in turn.

Started by Tests/Benchmarks/run. The program's time is what `captionmesh evaluate` records."""
import argparse, json, os, statistics, subprocess, tempfile, time

import torch

import captioner, material

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--captionmesh", required=True)
parser.add_argument("--model", required=True, help="checkpoint with soft attention")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--images", type=int, default=1000)
parser.add_argument("--beam", type=int, default=3)
parser.add_argument("--batch", type=int, default=32, help="images of a batch in PyTorch")
parser.add_argument("--karpathy", help="Karpathy JSON; by default invented captions and features")
parser.add_argument("--features", help="feature cache of the Karpathy JSON's images")
options = parser.parse_args()
# Time enough for the slow ways, which are measured on fewer images.
SINGLES = max(options.images // 10, 1)
LONGEST = 50


def ours(data, folder, *more):
    subprocess.run(
        [options.captionmesh, "evaluate", "--karpathy", data.karpathy, "--features", data.features,
         "--model", options.model, "--split", "test", "--beam", str(options.beam),
         "--threads", str(options.threads), "--record", folder, *more],
        check=True, stdout=subprocess.DEVNULL)
    with open(os.path.join(folder, "test.json")) as file:
        seconds = json.load(file)["beams"][0]["seconds"]
    with open(os.path.join(folder, "test-captions.json")) as file:
        return seconds / len(data.maps), [caption["caption"].split() for caption in json.load(file)]


def theirs(data, batch):
    start = time.perf_counter()
    captions = captioner.beam_search(model, words, data.maps, options.beam, batch, LONGEST)
    return (time.perf_counter() - start) / len(data.maps), captions


print(material.surroundings(options.threads))
torch.set_num_threads(options.threads)
model, words = captioner.checkpoint(options.model)
with open(options.model, "rb") as file:
    header = json.loads(file.read(int.from_bytes(file.read(8), "little")))["__metadata__"]
features = json.loads(header["features"])
identity = {"encoder": features["encoder"], "weights_hash": features["weights_sha256"],
            "preprocessing": features["preprocessing"], "grid": "8x8"}
with tempfile.TemporaryDirectory() as whole, tempfile.TemporaryDirectory() as part:
    read = lambda folder, images: material.Material(
        folder, "test", images, ("train", 1), options.karpathy, options.features, identity)
    data, few = read(whole, options.images), read(part, SINGLES)
    theirs(few, options.batch)
    sides = {
        "CaptionMesh": lambda: ours(data, whole),
        f"PyTorch, {options.batch} a batch": lambda: theirs(data, options.batch),
        "CaptionMesh, one by one": lambda: ours(few, part, "--batch", "1"),
        "PyTorch, one by one": lambda: theirs(few, 1),
    }
    times, captions = {side: [] for side in sides}, {}
    for _ in range(options.rounds):
        for side, run in sides.items():
            seconds, captions[side] = run()
            times[side].append(seconds)

print(f"{data.what} ({SINGLES} one by one), beam {options.beam}, {options.rounds} rounds in turn")
mine, *others = sides
length = statistics.mean(map(len, captions[mine]))
print(f"{'':26s} {'ms an image':>12s} {'images/s':>9s} {'times slower':>13s} {'same captions':>14s}")
for side in sides:
    ratio = statistics.median(other / own for other, own in zip(times[side], times[mine]))
    same = statistics.mean(a == b for a, b in zip(captions[side], captions[mine]))
    median = statistics.median(times[side])
    print(f"{side:26s} {1e3 * median:12.2f} {1 / median:9.1f} {ratio:13.2f} {same:14.3f}")
print(f"{length:.1f} words a caption")
