"""Training beside PyTorch: the same model, captions, feature maps in half precision and captions a
step, on the same processors, an epoch of either in turn.

Started by Tests/Benchmarks/run. The program's speed and memory are those of its log.csv."""
import argparse, csv, os, statistics, subprocess, tempfile

import torch

import captioner, material

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--captionmesh", required=True)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--images", type=int, default=480, help="images of an epoch")
parser.add_argument("--images-a-step", type=int, default=12)
parser.add_argument("--karpathy", help="Karpathy JSON; by default invented captions")
parser.add_argument("--features", help="feature cache of the Karpathy JSON's images")
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
    print(f"{'':8s} {'CaptionMesh':>12s} {'PyTorch':>12s} {'ratio':>6s} {'peak MB':>8s}")
    rows = []
    for round in range(options.rounds):
        speed, memory = ours(folder, data, round)
        theirs = peer.epoch(data.maps, captions, options.images_a_step)
        rows.append((speed, theirs, speed / theirs, memory))
        print(f"{'round ' + str(round + 1):8s} {speed:12.0f} {theirs:12.0f} {speed / theirs:6.2f} "
              f"{memory:8.0f}", flush=True)
speeds, theirs, ratios, memories = zip(*rows)
print(f"{'median':8s} {statistics.median(speeds):12.0f} {statistics.median(theirs):12.0f} "
      f"{statistics.median(ratios):6.2f} {max(memories):8.0f}   tokens a second")
