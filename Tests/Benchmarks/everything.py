"""Runs all benchmarks one after the other and prints one table of what they found.

Started by Tests/Benchmarks/run. A part that fails is named and left out, and the program ends with 1."""
import argparse, json, os, subprocess, sys, tempfile

import chart, limits, table

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--captionmesh", required=True)
parser.add_argument("--encoder-benchmark", required=True)
parser.add_argument("--loading-benchmark", required=True)
parser.add_argument("--models", required=True, help="folder of the models that ship")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--parts", default="encoders,loading,decoding,training,transport,pipeline")
parser.add_argument("--store", help="encoder store with ResNet-101 for the start of its worker")
parser.add_argument("--precision", default="fp32", help="of the mesh's encoders")
parser.add_argument("--json", help="file to write all rows to")
parser.add_argument("--svg", help="file to draw the comparison to")
options = parser.parse_args()
here = os.path.dirname(os.path.abspath(__file__))
model = os.path.join(options.models, "flickr8k-attend.safetensors")
peak = limits.float_operations(options.encoder_benchmark, options.threads)
common = ["--rounds", str(options.rounds)]
threads = ["--threads", str(options.threads)]
peaks = ["--peak", str(peak)] if peak else []
program = ["--captionmesh", options.captionmesh]
PARTS = {
    "encoders": ["--program", options.encoder_benchmark, *threads],
    "loading": ["--program", options.loading_benchmark],
    "decoding": [*program, "--model", model, *threads, *peaks],
    "training": [*program, *threads, *peaks],
    "transport": [*program, "--model", model, *threads, *(["--store", options.store] if options.store else [])],
    "pipeline": [*program, "--model", model, *threads, "--precision", options.precision],
}


def rows_of(part, file):
    if part == "encoders":
        import encoders
        return encoders.rows(file)
    with open(file) as source:
        return json.load(source)


rows, failed = [], []
with tempfile.TemporaryDirectory() as folder:
    for part in options.parts.split(","):
        print(f"\n{part}", flush=True)
        file = os.path.join(folder, part)
        done = subprocess.run(
            [sys.executable, os.path.join(here, part + ".py"), *PARTS[part], *common, "--json", file])
        try:
            if done.returncode == 0:
                rows += rows_of(part, file)
                continue
        except (OSError, ValueError, AttributeError) as error:
            print(error)
        failed.append(part)
print(f"\neverything: {options.threads} threads, {options.rounds} rounds in turn, medians"
      + (f"; float32 peak {peak / 1e9:.0f} GFLOP/s" if peak else ""))
table.finish(rows, options.json)
if options.svg:
    with open(options.svg, "w") as file:
        file.write(chart.drawing(rows))
missed = [row["name"] for row in rows if row["passed"] is False]
print(f"{sum(row['passed'] is True for row in rows)} goals reached, {len(missed)} not"
      + "".join(f"\n  not reached: {name}" for name in missed))
for part in failed:
    print(f"not available: {part}")
sys.exit(1 if failed else 0)
