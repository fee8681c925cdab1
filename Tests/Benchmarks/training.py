"""Training beside PyTorch: the same model, captions, feature maps in half precision and captions a
step, on the same processors, an epoch of either in turn.

Started by Tests/Benchmarks/run. The program's speed and memory are those of its log.csv."""
import argparse, csv, os, statistics, subprocess, tempfile

import torch

import captioner, limits, material, table

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--captionmesh", required=True)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--images", type=int, default=480, help="images of an epoch")
parser.add_argument("--images-a-step", type=int, default=12)
parser.add_argument("--karpathy", help="Karpathy JSON; by default invented captions")
parser.add_argument("--features", help="feature cache of the Karpathy JSON's images")
parser.add_argument("--peak", type=float, help="float32 operations a second that the processors can do")
parser.add_argument("--json", help="file to write the rows of the table to")
options = parser.parse_args()


def ours(folder, data, round):
    run = os.path.join(folder, f"run{round}")
    subprocess.run(
        [options.captionmesh, "train", "--karpathy", data.karpathy, "--features", data.features,
         "--output", run, "--epochs", "1", "--batch", str(options.images_a_step), "--beam", "1",
         "--threads", str(options.threads), "--min-word-frequency", "0"],
        check=True, stdout=subprocess.DEVNULL)
    with open(os.path.join(run, "log.csv")) as file:
        row = next(csv.DictReader(file))
    return float(row["tokens_per_second"]), float(row["peak_memory_mb"])


print(material.surroundings(options.threads))
torch.set_num_threads(options.threads)
with tempfile.TemporaryDirectory() as folder:
    data = material.Material(
        folder, "train", options.images, ("val", 8), options.karpathy, options.features)
    words = material.vocabulary(data.captions)
    captions = data.ids(words)
    peer = captioner.Trainer(len(words))
    peer.epoch(data.maps[:48], captions[:48], options.images_a_step)
    print(f"{data.what}, {len(words)} words, {options.images_a_step * material.CAPTIONS} captions a step")
    rounds = iter(range(options.rounds + 1))
    runs = table.in_turn(
        {"ours": lambda: ours(folder, data, next(rounds)),
         "PyTorch": lambda: peer.epoch(data.maps, captions, options.images_a_step)}, options.rounds)
speeds, memories = zip(*runs["ours"])
# Forward, and backward to inputs and weights; the attention's projection once an image.
length = statistics.mean(len(ids) - 1 for own in captions for ids in own)
operations = 3 * 2 * (captioner.step_products(len(words)) + captioner.image_products() / material.CAPTIONS / length)
print(f"peak memory {max(memories):.0f} MB")
table.finish([table.row(
    "training, 60 captions a step", "tokens/s", speeds, "PyTorch", runs["PyTorch"], least=2.5,
    limit=limits.share("the float32 peak", statistics.median(speeds) * operations, options.peak))], options.json)
