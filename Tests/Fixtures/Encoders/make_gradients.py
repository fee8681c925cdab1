"""Writes gradients.json: what PyTorch gives for the gradients by an encoder's folded parameters.

Usage: python make_gradients.py        (torch, torchvision and efficientnet_lite_pytorch from PyPI)

Weights and images are synthetic.py's. The loss is the sum of the features, each times a number of
the table, read from element 4001 on in the features' order. Batch norms are in inference mode, so
a convolution's weights W and its batch norm with the factor s and the shift b act like folded
weights s W and the bias b: the gradient by the folded weights is that by W over s, and that by the
bias is that by b. Where there is no batch norm, they are PyTorch's own. In float64. For each
parameter: its gradient's largest element and Euclidean norm, and about every (count / 7)-th element.
"""
import json, os
import torch
from synthetic import features, fill, model, read

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLES = 7


def sampled(gradient):
    values = gradient.flatten()
    step = max(len(values) // SAMPLES, 1) | 1
    return {
        "maximum": float(values.abs().max()), "norm": float(values.norm()), "step": step,
        "values": [float(f"{v:.7g}") for v in values[::step].tolist()],
    }


def layers(net):
    """Convolutions and their batch norms, by name; a norm follows its convolution."""
    convolution = None
    for name, module in net.named_modules():
        if isinstance(module, torch.nn.Conv2d):
            convolution = name, module
        elif isinstance(module, torch.nn.BatchNorm2d):
            yield *convolution, module


def gradients(name, extents, first):
    net = fill(model(name))[0].double()
    y = features(net, read(0, extents).double())
    (y * read(4001, tuple(y.shape)).double()).sum().backward()
    if name == "resnet101v2-c4":
        return {layer: sampled(parameter.grad) for layer, parameter in net.named_parameters()
                if layer.startswith((first.split(".")[0], "postact"))}
    result, is_open = {}, False
    for layer, convolution, norm in layers(net):
        is_open = is_open or layer.startswith(first)
        if not is_open:
            continue
        factor = norm.weight / (norm.running_var + norm.eps).sqrt()
        weight = convolution.weight.grad / factor[:, None, None, None]
        result[f"{layer}.weight"] = sampled(weight.detach())
        result[f"{layer}.bias"] = sampled(norm.bias.grad)
    return result


cases = {
    # Everything but the stem, with kernels of 3×3 and 5×5, strides and odd padding.
    "efficientnet-lite0": ((2, 3, 64, 64), "_blocks.0"),
    "resnet18": ((2, 3, 96, 96), "layer2.0"),
    "resnet50": ((2, 3, 64, 64), "layer3.0"),
    "resnet101v2-c4": ((2, 3, 64, 64), "layer3.0"),
}
with open(os.path.join(HERE, "gradients.json"), "w") as f:
    json.dump({name: gradients(name, *case) for name, case in cases.items()}, f,
              separators=(",", ":"))
    f.write("\n")
