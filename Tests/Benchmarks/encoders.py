"""The encoders beside PyTorch, ONNX Runtime and OpenVINO: 256x256, the same threads, runs in turn.

Started by Tests/Benchmarks/run, which builds the program. The weights are EfficientNet-Lite2's
trained ones and random ones for ResNet-101, whose numbers do not matter for time.
"""
import argparse, glob, json, os, subprocess, tempfile, time

import numpy as np
from PIL import Image

from program import Program

# All runtimes' workers spin for a while after a run; the others' turn comes when they sleep.
PAUSE = 0.05
LEAST_SECONDS = 4
PRECISIONS = ("fp32", "bf16", "int8")
# What is to be reached: our time as a share of the fastest peer's in the same precision.
RATIOS = {("resnet101", "fp32"): 0.75, ("resnet101", "bf16"): 0.95, ("resnet101", "int8"): 0.95,
          ("efficientnet-lite2", "fp32"): 0.9, ("efficientnet-lite2", "bf16"): 0.95}
LEAST_COSINE = {"bf16": 0.999, "int8": 0.99}
LARGEST_ERROR = 1e-3
NORMALIZATIONS = {"resnet101": ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
                  "efficientnet-lite2": (127 / 255, 128 / 255)}
# Steps of integers are chosen on other images than those that are encoded.
CALIBRATION_START, CALIBRATION_IMAGES = 1000, 16
LEAST_SHARE = 0.85
READY_SECONDS = {"resnet101": 1.5, "efficientnet-lite2": 0.5}
MEGABYTES = {("resnet101", "fp32"): 450, ("resnet101", "int8"): 200}


def tensors(network, first, count, folder=None):
    """Photographs from the given number on, normalised as the network wants them."""
    import loading
    mean, deviation = NORMALIZATIONS[network]
    names = sorted(glob.glob(os.path.join(folder, "*.jpg"))) if folder else []
    size = (loading.SIZE, loading.SIZE)
    images = [Image.open(names[i % len(names)]).convert("RGB").resize(size, Image.BILINEAR)
              if names else loading.invented_photograph(i, *size) for i in range(first, first + count)]
    pixels = np.stack([np.asarray(image, np.float32) for image in images])
    return np.ascontiguousarray(((pixels / 255 - mean) / deviation).transpose(0, 3, 1, 2), np.float32)


class Ours(Program):
    def __init__(self, program, store, name, threads, images, batch, size, precision):
        start = time.perf_counter()
        super().__init__(program, "encode", store, name, str(threads), images, str(batch), str(size), precision)
        self.ready = time.perf_counter() - start

    def features(self, folder):
        file = os.path.join(folder, "features")
        self.ask("write " + file)
        return np.fromfile(file, np.float32)


def timed(body):
    def run():
        start = time.perf_counter()
        body()
        return (time.perf_counter() - start) * 1e3
    return run


def in_turn(sides, rounds, batch):
    """Milliseconds an image of each side, run after run in turn; two rounds warm up. Short runs have more
    rounds, so that a moment in which something else runs is not all that is seen."""
    times = {name: [] for name in sides}
    start, round = time.monotonic(), 0
    while round < rounds + 2 or time.monotonic() < start + LEAST_SECONDS:
        for name, run in sides.items():
            time.sleep(PAUSE)
            elapsed = run() / batch
            if round >= 2:
                times[name].append(elapsed)
        round += 1
    return times


def cosine(a, b):
    """The mean over images of the cosine of the angle between their features."""
    a, b = a.reshape(len(b), -1).astype(np.float64), b.reshape(len(b), -1).astype(np.float64)
    return float(np.mean((a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)))


def peaks_of(options, before):
    """Operations a second of each precision's multiplications and additions alone, the most that was seen:
    whatever else runs can only take away from it."""
    done = subprocess.run([options.program, "peak", str(options.threads)], check=True, capture_output=True, text=True)
    return {name: max(float(now), before.get(name, 0)) for name, now in zip(PRECISIONS, done.stdout.split())}


def share_of_peak(operations, times, peak):
    """Of the best run. The operations are those of direct convolution, of which Winograd's does without many."""
    return operations / (min(times) * 1e-3) / peak if peak else None


def measure(options, folder, name, batch, precision, peers, images, expected, operations, peak):
    file = os.path.join(folder, "images")
    images.tofile(file)
    ours = Ours(options.program, folder, name, options.threads, file, batch, images.shape[-1], precision)
    others = peers.of(precision, images)
    sides = {"CaptionMesh": ours.run, **{peer: timed(body) for peer, body in others.items()}}
    times = in_turn(sides, options.rounds, batch)
    found = ours.features(folder)
    fastest = min(others, key=lambda peer: np.median(times[peer]))
    pairs = np.array(times["CaptionMesh"]) / np.array(times[fastest])
    result = {
        "network": name, "batch": batch, "precision": precision, "milliseconds": times, "peer": fastest,
        "median": {side: float(np.median(t)) for side, t in times.items()},
        "minimum": {side: float(min(t)) for side, t in times.items()},
        "ratio": float(np.median(pairs)), "least_ratio": float(pairs.min()),
        "error": float(np.abs(found - expected.ravel()).max() / np.abs(expected).max()),
        "cosine": cosine(found, expected),
        "share_of_peak": share_of_peak(operations, times["CaptionMesh"], peak), "operations": operations,
        "ready_seconds": ours.ready, "megabytes": float(ours.ask("memory")),
    }
    ours.close()
    return result


def show(result):
    cells = "  ".join(f"{side} {result['median'][side]:6.2f} ({result['minimum'][side]:6.2f})"
                      for side in result["median"])
    share = result["share_of_peak"]
    print(f"{result['network']:19s} {result['precision']} batch {result['batch']}: {cells}  ratio "
          f"{result['ratio']:.2f} ({result['least_ratio']:.2f}) to {result['peer']}; error {result['error']:.1e}, "
          f"cosine {result['cosine']:.5f}; {f'{share:.2f} of the peak' if share else 'no peak known'}; ready in "
          f"{result['ready_seconds']:.2f} s, {result['megabytes']:.0f} MB", flush=True)


def rows(file):
    """The lines of a `--json` file for a table of all benchmarks: dictionaries of name, goal, unit, ours,
    peer, peer_name, ratio_median, ratio_min, passed; what has no peer has None there."""
    with open(file) as source:
        results = json.load(source)["results"]
    lines = []

    def add(name, goal, unit, ours, passed, peer=None, peer_name=None, ratio=None, least=None):
        lines.append({"name": name, "goal": goal, "unit": unit, "ours": ours, "peer": peer, "peer_name": peer_name,
                      "ratio_median": ratio, "ratio_min": least, "passed": bool(passed)})

    for r in results:
        key = (r["network"], r["precision"])
        what = f"{r['network']} {r['precision']}, batch {r['batch']}"
        if key in RATIOS:
            add(what, f"≤ {RATIOS[key]} of the fastest peer", "ms an image", r["median"]["CaptionMesh"],
                r["ratio"] <= RATIOS[key], r["median"][r["peer"]], r["peer"], r["ratio"], r["least_ratio"])
        if r["precision"] == "fp32":
            add(f"{what}, largest error", f"≤ {LARGEST_ERROR} of the largest feature", "", r["error"],
                r["error"] <= LARGEST_ERROR)
        else:
            least = LEAST_COSINE[r["precision"]]
            add(f"{what}, cosine of the features", f"≥ {least}", "", r["cosine"], r["cosine"] >= least)
        if r["network"] == "resnet101" and r["precision"] != "fp32" and r["share_of_peak"]:
            # More than the peak is for Winograd's convolution alone, which bfloat16 has.
            add(f"{what}, share of the arithmetic peak", f"≥ {LEAST_SHARE}", "", r["share_of_peak"],
                LEAST_SHARE <= r["share_of_peak"] and (r["precision"] == "bf16" or r["share_of_peak"] <= 1))
        if r["batch"] == 1 and r["precision"] == "fp32":
            seconds = READY_SECONDS[r["network"]]
            add(f"{what}, from exec to the first image", f"≤ {seconds}", "s", r["ready_seconds"],
                r["ready_seconds"] <= seconds)
        if r["batch"] == 1 and key in MEGABYTES:
            add(f"{what}, resident memory", f"≤ {MEGABYTES[key]}", "MB", r["megabytes"],
                r["megabytes"] <= MEGABYTES[key])
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--batches", default="1,8")
    parser.add_argument("--networks", default="resnet101,efficientnet-lite2")
    parser.add_argument("--precisions", default=",".join(PRECISIONS))
    parser.add_argument("--photographs", help="folder of JPEG files; by default invented ones")
    parser.add_argument("--json", help="write the measurements to this file")
    options = parser.parse_args()
    from encoder_peers import NETWORKS, SIZE, Peers, operations
    from material import surroundings
    import torch
    print(surroundings(options.threads))
    print(f"milliseconds an image, median (least) of {options.rounds} runs in turn")
    peaks, results = peaks_of(options, {}), []
    for name in options.networks.split(","):
        with tempfile.TemporaryDirectory() as folder:
            model, weights = NETWORKS[name](folder)
            subprocess.run([options.program, "import", folder, weights, name], check=True, stdout=subprocess.DEVNULL)
            normalized = lambda first, count: tensors(name, first, count, options.photographs)
            calibration = normalized(CALIBRATION_START, CALIBRATION_IMAGES)
            if "int8" in options.precisions:
                file = os.path.join(folder, "calibration")
                calibration.tofile(file)
                subprocess.run([options.program, "quantize", folder, name, str(options.threads), file,
                                str(len(calibration)), str(SIZE)], check=True, stdout=subprocess.DEVNULL)
            peers, count = Peers(model, folder, options.threads, calibration), operations(model)
            for batch in map(int, options.batches.split(",")):
                images = normalized(0, batch)
                with torch.inference_mode():
                    expected = model(torch.from_numpy(images)).numpy()
                for precision in options.precisions.split(","):
                    peaks = peaks_of(options, peaks)
                    results.append(measure(options, folder, name, batch, precision, peers, images, expected, count,
                                           peaks[precision]))
                    show(results[-1])
    for result in results:
        result["share_of_peak"] = share_of_peak(
            result["operations"], result["milliseconds"]["CaptionMesh"], peaks[result["precision"]])
    print("peak of the arithmetic, GFLOP/s: " + ", ".join(f"{name} {peak / 1e9:.0f}" for name, peak in peaks.items()))
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"threads": options.threads, "rounds": options.rounds, "peaks": peaks, "results": results},
                      file, indent=1)


if __name__ == "__main__":
    main()
