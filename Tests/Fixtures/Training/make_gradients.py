"""Makes gradients.json: for the small decoders of ../Decoders/golden.json, what PyTorch's autograd
finds in double precision for the loss of a few captions under teacher forcing: cross-entropy per word
plus 0.7 times the attention's penalty, batch norm in training mode over the images.

Usage: python make_gradients.py > gradients.json   (PyTorch 2)
"""

import json
import os
import sys

import torch
import torch.nn.functional as F

DECODERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Decoders")
sys.path.insert(0, DECODERS)
sys.stdout, output = open(os.devnull, "w"), sys.stdout
import make_golden as decoders  # noqa: E402  (it prints its own file when imported)

CAPTIONS = [(0, [12, 1, 2, 13]), (1, [12, 3, 13]), (1, [12, 4, 5, 6, 1, 13]), (2, [12, 2, 2, 13])]
PENALTY = 0.7


def first_states(kind, cell, p, features):
    """As decoders.first_state for all images at once, batch norm over them."""
    means = features.mean(1)
    states, running = [], {}
    for name in ["init_h", "init_c"] if cell == "lstm" else ["init_h"]:
        x = decoders.linear(p, name, means)
        if kind == "tell":
            mean = p[name + "_norm.running_mean"].detach().flatten().clone()
            variance = p[name + "_norm.running_var"].detach().flatten().clone()
            x = F.batch_norm(x, mean, variance, p[name + "_norm.weight"][0],
                             p[name + "_norm.bias"][0], training=True)
            running[name + "_norm.running_mean"] = mean.tolist()
            running[name + "_norm.running_var"] = variance.tolist()
        states.append(x)
    return states, running


def case(golden):
    kind, cell = golden["architecture"], golden["cell"]
    model = kind, cell, golden["context"], golden["activation"]
    shapes = decoders.parameters(kind, cell, golden["context"], 0, 0)
    p = {n: torch.tensor(v, dtype=torch.float64).reshape(shapes[n].shape).requires_grad_()
         for n, v in golden["parameters"].items()}
    native = torch.tensor([i["features"] for i in golden["images"]], dtype=torch.float64)
    native = native.reshape(len(golden["images"]), -1, decoders.FEATURES).requires_grad_()
    features = torch.stack([decoders.pool(image, golden["pooling"]) for image in native])
    states, running = first_states(kind, cell, p, features)
    loss, penalty, words = 0.0, 0.0, sum(len(ids) - 1 for _, ids in CAPTIONS)
    for image, ids in CAPTIONS:
        state = tuple(s[image:image + 1] for s in states)
        seen = torch.zeros(features.shape[1], dtype=torch.float64)
        for word, target in zip(ids, ids[1:]):
            logits, alpha, _, state = decoders.step(model, p, features[image], word, state)
            loss = loss - logits.log_softmax(0)[target]
            if kind != "tell":
                seen = seen + alpha
        if kind != "tell":
            penalty = penalty + ((1 - seen) ** 2).sum()
    total = loss / words + PENALTY * penalty / (len(CAPTIONS) * features.shape[1])
    total.backward()
    gradients = {n: v.grad.flatten().tolist() for n, v in p.items() if v.grad is not None}
    return {
        "loss": loss.item(), "penalty": torch.as_tensor(penalty).item(), "running": running,
        "gradients": gradients, "features": native.grad.flatten().tolist()}


with open(os.path.join(DECODERS, "golden.json")) as file:
    golden = json.load(file)
print(json.dumps(decoders.rounded({
    "captions": [{"image": image, "ids": ids} for image, ids in CAPTIONS],
    "cases": [case(c) for c in golden["cases"]]})), file=output)
