"""Small tests of what the hardware can do at most, on the processors that this process may use."""
import subprocess, time

import numpy as np


def float_operations(program, threads):
    """Operations a second of float32 multiplications and additions alone, of all threads together; None
    where the program does not measure it."""
    done = subprocess.run([program, "peak", str(threads)], capture_output=True, text=True)
    return float(done.stdout.split()[0]) if done.returncode == 0 and done.stdout.split() else None


def copied_bytes():
    """Bytes a second that one thread copies from memory to memory, megabytes at a time."""
    source = np.ones(1_600_000 // 4, np.float32)
    targets = [np.empty_like(source) for _ in range(32)]
    best = 0.0
    for _ in range(10):
        start = time.perf_counter()
        for target in targets:
            np.copyto(target, source)
        best = max(best, source.nbytes * len(targets) / (time.perf_counter() - start))
    return best


def share(name, reached, most):
    """What of a limit is reached, for a row."""
    return {"name": name, "share": reached / most} if most else None
