"""What the mesh itself costs: a call, a tensor from worker to worker, a worker's start, and memory.

Started by Tests/Benchmarks/run. Calls and tensors are timed by `captionmesh bench`; memory is the
kernel's account of the processes of a mesh that has captioned, which a dispatcher without work shows
before it does."""
import argparse, json, os, statistics, subprocess, tempfile

import limits, loading, material, table

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--captionmesh", required=True)
parser.add_argument("--model", required=True, help="checkpoint that EfficientNet-Lite2 goes with")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--count", type=int, default=100, help="photographs captioned before memory is read")
parser.add_argument("--store", help="encoder store, for encoders beside EfficientNet-Lite2")
parser.add_argument("--json", help="file to write the rows of the table to")
options = parser.parse_args()


def bench(*words):
    done = subprocess.run([options.captionmesh, "bench", *words], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["milliseconds"]


def medians(*words):
    """The median of each of as many processes as there are rounds."""
    return [statistics.median(bench(*words, "--json")) for _ in range(options.rounds)]


def ready(name):
    store = ["--store", options.store] if options.store else []
    return [t / 1e3 for t in bench("ready", "encoder", "--count", str(options.rounds + 1), "--json", "--",
                                   "--encoder", name, "--threads", str(options.threads), *store)[1:]]


def resident(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1e3


def memory():
    """Megabytes of a mesh's processes: the dispatcher's before any work, the others' after it."""
    with tempfile.TemporaryDirectory(prefix="cm-bench") as runtime:
        environment = dict(os.environ, CAPTIONMESH_RUNTIME=runtime)
        run = lambda *words, **more: subprocess.run(
            [options.captionmesh, *words], env=environment, check=True, capture_output=True, text=True, **more)
        photographs = loading.photographs(runtime, 8)
        run("mesh", "up", "--encoders", "1", "--model", options.model)
        try:
            status = json.loads(run("mesh", "status", "--json").stdout)
            workers = {stage: found["workers"][0]["pid"] for stage, found in status["stages"].items()
                       if found["workers"]}
            dispatcher = next(int(pid) for pid in os.listdir("/proc") if pid.isdigit() and is_dispatcher(pid, runtime))
            found = {"dispatcher, idle": resident(dispatcher)}
            run("stream", "-", "--json", input="\n".join(photographs * (options.count // len(photographs) + 1)))
            return found | {stage: resident(pid) for stage, pid in workers.items()}
        finally:
            run("mesh", "down")


def is_dispatcher(pid, runtime):
    try:
        with open(f"/proc/{pid}/cmdline") as command, open(f"/proc/{pid}/environ") as environment:
            return "captionmesh-dispatcher" in command.read().split("\0")[0] and (
                f"CAPTIONMESH_RUNTIME={runtime}\0" in environment.read())
    except OSError:
        return False


print(material.surroundings(options.threads))
calls = [1e3 * t for t in medians("call")]
tensors = medians("tensor")
copying = 1.6e6 / limits.copied_bytes() * 1e3
rows = [
    table.row("unary call to the dispatcher and back, empty body", "µs", calls, within=300),
    table.row("1.6 MB tensor, worker to worker over ipc", "ms", tensors, within=1,
              limit=limits.share("one copy in memory", copying, statistics.median(tensors))),
    table.row("EfficientNet-Lite2 worker, from exec to ready", "s", ready("efficientnet-lite2"), within=0.5),
]
try:
    rows.append(table.row("ResNet-101 worker, fp32, from exec to ready", "s", ready("resnet101"), within=1.5))
except subprocess.CalledProcessError:
    print("ResNet-101 is not in the encoder store: its start is not measured")
found = memory()
for name, megabytes in {"dispatcher, idle": 40, "decode": 120, "load": None, "encode": None}.items():
    rows.append(table.row(f"resident memory: {name}", "MB", [found[name]], within=megabytes))
table.finish(rows, options.json)
