"""Free-running beam search beside PyTorch: the same weights and feature maps in half precision, which
both have in memory, on the same processors; batches of images and one image at a time, in turn.

Started by Tests/Benchmarks/run. The program's time is what `captionmesh evaluate` records."""
import argparse, json, os, statistics, subprocess, tempfile, time

import torch

import captioner, limits, material, table

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
parser.add_argument("--peak", type=float, help="float32 operations a second that the processors can do")
parser.add_argument("--json", help="file to write the rows of the table to")
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
    captions = {}

    def run(side):
        seconds, captions[side] = sides[side]()
        return 1e3 * seconds

    times = table.in_turn({side: lambda side=side: run(side) for side in sides}, options.rounds, warm=0)

mine, batched, single, one_by_one = sides
length = statistics.mean(map(len, captions[mine]))
print(f"{data.what} ({SINGLES} one by one), beam {options.beam}, {options.rounds} rounds in turn; "
      f"{length:.1f} words a caption")
for side in sides:
    same = statistics.mean(a == b for a, b in zip(captions[side], captions[mine]))
    print(f"{side}: {same:.3f} of its captions are those of the first")
# At least: an image is searched for as many steps as its caption has words, and its end.
operations = 2 * (captioner.image_products() + options.beam * (length + 1) * captioner.step_products(len(words)))
reached = operations / (statistics.median(times[mine]) * 1e-3)
table.finish([
    table.row(f"beam {options.beam}, {options.images} cached images, an image", "ms", times[mine], batched,
              times[batched], most=0.3, limit=limits.share("the float32 peak", reached, options.peak)),
    table.row(f"beam {options.beam}, an image at a time", "ms", times[single], one_by_one, times[one_by_one]),
    table.row(f"beam {options.beam}, in batches and an image at a time", "ms", times[mine],
              "CaptionMesh, one by one", times[single])], options.json)
