"""A benchmark of ours that runs beside its peers and is told what to do line by line."""
import subprocess


class Program:
    """Started with its arguments, it says "ready" when it has what it needs."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline().strip() == "ready"

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def run(self):
        """The seconds of one run."""
        return float(self.ask("run"))

    def close(self):
        self.process.stdin.close()
        self.process.wait()
