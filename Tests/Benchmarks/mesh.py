"""The mesh's throughput and its encoders' memory, with one and with two encoders of one thread each,
runs taken in turn. Usage: mesh.py --captionmesh PROGRAM --images FOLDER [--rounds N] [--count N]
[--decoders N]"""
import argparse, glob, json, os, statistics, subprocess, tempfile, time

arguments = argparse.ArgumentParser()
arguments.add_argument("--captionmesh", required=True)
arguments.add_argument("--images", required=True, help="folder of photographs")
arguments.add_argument("--rounds", type=int, default=3)
arguments.add_argument("--decoders", type=int, default=1)
arguments.add_argument("--count", type=int, default=300, help="photographs of a run")
options = arguments.parse_args()

photographs = []
for pattern in ("*.jpg", "*.jpeg", "*.png"):
    photographs += glob.glob(os.path.join(options.images, pattern))
photographs = sorted(photographs)
photographs = (photographs * (options.count // max(len(photographs), 1) + 1))[:options.count]
assert photographs, f"{options.images} holds no photographs"


def peak_megabytes(pid):
    """The most memory that a process has held, from the kernel's account of it."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def measure(encoders):
    """Images a second in the steady state, and the largest encoder's memory."""
    with tempfile.TemporaryDirectory(prefix="cm-bench") as runtime:
        environment = dict(os.environ, CAPTIONMESH_RUNTIME=runtime, CAPTIONMESH_GATEWAY_SERVE="off")
        config = os.path.join(runtime, "mesh.yaml")
        with open(config, "w") as file:
            file.write("stages:\n  encode: {threads: 1}\n  load: {threads: 1}\n  decode: {threads: 1}\n")
        run = lambda *words, **more: subprocess.run(
            [options.captionmesh, *words], env=environment, check=True, capture_output=True, text=True, **more)
        run("mesh", "up", "--encoders", str(encoders), "--decoders", str(options.decoders),
            "--config", config)
        try:
            run("stream", "-", "--json", input="\n".join(photographs[:16]))
            start = time.perf_counter()
            lines = run("stream", "-", "--json", input="\n".join(photographs)).stdout.splitlines()
            seconds = time.perf_counter() - start
            assert len(lines) == len(photographs) and all("caption" in json.loads(line) for line in lines)
            status = json.loads(run("mesh", "status", "--json").stdout)
            workers = status["stages"]["encode"]["workers"]
            return len(lines) / seconds, max(peak_megabytes(worker["pid"]) for worker in workers)
        finally:
            run("mesh", "down")


results = {1: [], 2: []}
for _ in range(options.rounds):
    for encoders in results:
        results[encoders].append(measure(encoders))
print(f"{options.count} photographs, beam 3, {options.decoders} decoder(s), {len(os.sched_getaffinity(0))} processors, {options.rounds} rounds in turn")
print(f"{'encoders':>8}  {'images/s, median':>16}  {'best':>6}  {'encoder memory, MB':>18}")
for encoders, rows in results.items():
    rates = [rate for rate, _ in rows]
    print(f"{encoders:8}  {statistics.median(rates):16.1f}  {max(rates):6.1f}  {max(size for _, size in rows):18.0f}")
ratio = statistics.median(two[0] / one[0] for one, two in zip(results[1], results[2]))
print(f"two encoders against one, median of the pairs: {ratio:.2f}")
