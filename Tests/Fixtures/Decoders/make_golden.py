"""Makes golden.json: small random decoders in PyTorch, their logits and attention step by step, and
the captions that a plain beam search, one image and one beam at a time, finds with them.

Usage: python make_golden.py > golden.json   (PyTorch 2; float32 on the CPU)
"""

import json
import torch
import torch.nn.functional as F

IMAGES, CELLS, FEATURES, HIDDEN, EMBEDDING, ATTENTION, WORDS = 3, 4, 6, 5, 4, 7, 14
START, END, EXCLUDED, LONGEST = 12, 13, [0, 11, 12], 9


def linear(p, name, x):
    return F.linear(x, p[name + ".weight"], p[name + ".bias"].flatten())


def parameters(kind, context):
    generator = torch.Generator().manual_seed({"gated": 1, "projected": 2, None: 3}[context])
    width = {"gated": FEATURES, "projected": EMBEDDING, None: 0}[context]
    shapes = {
        "embedding.weight": (WORDS, EMBEDDING),
        "decode_step.weight_ih": (4 * HIDDEN, EMBEDDING + width),
        "decode_step.weight_hh": (4 * HIDDEN, HIDDEN),
        "decode_step.bias_ih": (1, 4 * HIDDEN),
        "decode_step.bias_hh": (1, 4 * HIDDEN),
    }

    def add(name, out, inputs):
        shapes[name + ".weight"] = (out, inputs)
        shapes[name + ".bias"] = (1, out)

    add("init_h", HIDDEN, FEATURES)
    add("init_c", HIDDEN, FEATURES)
    if kind == "tell":
        for name in "init_h_norm", "init_c_norm":
            for part in "weight", "bias", "running_mean", "running_var":
                shapes[f"{name}.{part}"] = (1, HIDDEN)
    else:
        add("attention.encoder_att", ATTENTION, FEATURES)
        add("attention.decoder_att", ATTENTION, HIDDEN)
        add("attention.full_att", 1, ATTENTION)
        if context == "gated":
            add("f_beta", FEATURES, HIDDEN)
        else:
            add("context_projection", EMBEDDING, FEATURES)
    add("fc", WORDS, HIDDEN)
    p = {n: torch.randn(s, generator=generator) * 0.9 for n, s in shapes.items()}
    for n in p:
        if n.endswith("running_var"):
            p[n] = p[n].abs() + 0.2
    p["fc.bias"][0, END] = {"gated": -1.5, "projected": -0.3, None: 0.8}[context]
    return p


def first_state(kind, p, features):
    mean = features.mean(0, keepdim=True)
    h, c = linear(p, "init_h", mean), linear(p, "init_c", mean)
    if kind == "tell":
        h, c = (
            F.batch_norm(x, p[n + ".running_mean"][0], p[n + ".running_var"][0],
                         p[n + ".weight"][0], p[n + ".bias"][0])
            for x, n in ((h, "init_h_norm"), (c, "init_c_norm")))
    return h, c


def step(kind, context, p, features, word, h, c):
    x, alpha = p["embedding.weight"][word][None], torch.zeros(0)
    if kind == "attend":
        hidden = linear(p, "attention.encoder_att", features) + linear(p, "attention.decoder_att", h)
        alpha = linear(p, "attention.full_att", F.relu(hidden)).flatten().softmax(0)
        z = (alpha[:, None] * features).sum(0, keepdim=True)
        if context == "gated":
            z = torch.sigmoid(linear(p, "f_beta", h)) * z
        else:
            z = linear(p, "context_projection", z)
        x = torch.cat([x, z], 1)
    h, c = torch._VF.lstm_cell(
        x, (h, c), p["decode_step.weight_ih"], p["decode_step.weight_hh"],
        p["decode_step.bias_ih"][0], p["decode_step.bias_hh"][0])
    return linear(p, "fc", h)[0], alpha, h, c


def beam(kind, context, p, features, width):
    h, c = first_state(kind, p, features)
    live, ended = [([START], 0.0, h, c)], []
    for _ in range(LONGEST):
        options = []
        for number, (words, score, h, c) in enumerate(live):
            logits, _, h2, c2 = step(kind, context, p, features, words[-1], h, c)
            for word, value in enumerate(logits.log_softmax(0).tolist()):
                if word not in EXCLUDED:
                    options.append((-(score + value), word, number, h2, c2))
        options.sort(key=lambda o: o[:3])
        chosen = [(live[n][0] + [w], -s, h2, c2) for s, w, n, h2, c2 in options[:width - len(ended)]]
        ended += [b for b in chosen if b[0][-1] == END]
        live = [b for b in chosen if b[0][-1] != END]
        if not live:
            break
    best = max(ended or live, key=lambda b: b[1])
    words = best[0][1:-1] if ended else best[0][1:]
    return {"width": width, "words": words, "logProbability": best[1], "finished": bool(ended)}


def case(kind, context):
    p = parameters(kind, context)
    features = torch.randn(IMAGES, CELLS, FEATURES, generator=torch.Generator().manual_seed(9))
    fed, images = [START, 3, 7, 1], []
    for image in features:
        h, c = first_state(kind, p, image)
        logits, alphas = [], []
        for word in fed:
            value, alpha, h, c = step(kind, context, p, image, word, h, c)
            logits.append(value.tolist())
            alphas.append(alpha.tolist())
        images.append({
            "features": image.flatten().tolist(), "logits": logits, "attention": alphas,
            "beams": [beam(kind, context, p, image, k) for k in (1, 3, 5)]})
    return {
        "architecture": kind, "context": context or "gated", "fed": fed, "images": images,
        "parameters": {n: v.flatten().tolist() for n, v in p.items()}}


with torch.no_grad():
    print(json.dumps({
        "cells": CELLS, "featureSize": FEATURES, "hiddenSize": HIDDEN, "embeddingSize": EMBEDDING,
        "attentionSize": ATTENTION, "vocabularySize": WORDS, "start": START, "end": END,
        "excluded": EXCLUDED, "longest": LONGEST,
        "cases": [case("attend", "gated"), case("attend", "projected"), case("tell", None)]}))
