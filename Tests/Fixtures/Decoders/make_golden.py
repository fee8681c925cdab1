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


GATES = {"rnn": 1, "lstm": 4, "gru": 3}


def parameters(kind, cell, context, end_bias, seed):
    generator = torch.Generator().manual_seed(seed)
    width = {"gated": FEATURES, "plain": FEATURES, "projected": EMBEDDING}[context]
    width = {"tell": 0, "attend": width, "adaptive": EMBEDDING}[kind]
    gates = GATES[cell] * HIDDEN
    shapes = {
        "embedding.weight": (WORDS, EMBEDDING),
        "decode_step.weight_ih": (gates, EMBEDDING + width),
        "decode_step.weight_hh": (gates, HIDDEN),
        "decode_step.bias_ih": (1, gates),
        "decode_step.bias_hh": (1, gates),
    }

    def add(name, out, inputs):
        shapes[name + ".weight"] = (out, inputs)
        shapes[name + ".bias"] = (1, out)

    states = ["init_h", "init_c"] if cell == "lstm" else ["init_h"]
    for name in states:
        add(name, HIDDEN, FEATURES)
    if kind == "tell":
        for name in states:
            for part in "weight", "bias", "running_mean", "running_var":
                shapes[f"{name}_norm.{part}"] = (1, HIDDEN)
    else:
        add("attention.encoder_att", ATTENTION, HIDDEN if kind == "adaptive" else FEATURES)
        add("attention.decoder_att", ATTENTION, HIDDEN)
        add("attention.full_att", 1, ATTENTION)
    if kind == "adaptive":
        add("context_projection", HIDDEN, FEATURES)
        add("global_projection", EMBEDDING, FEATURES)
        add("attention.sentinel_att", ATTENTION, HIDDEN)
        add("sentinel.input_gate", HIDDEN, EMBEDDING + width)
        add("sentinel.hidden_gate", HIDDEN, HIDDEN)
    elif kind == "attend" and context == "gated":
        add("f_beta", FEATURES, HIDDEN)
    elif kind == "attend" and context == "projected":
        add("context_projection", EMBEDDING, FEATURES)
    add("fc", WORDS, HIDDEN)
    p = {n: torch.randn(s, generator=generator) * 0.9 for n, s in shapes.items()}
    for n in p:
        if n.endswith("running_var"):
            p[n] = p[n].abs() + 0.2
    p["fc.bias"][0, END] = end_bias
    return p


def first_state(kind, cell, p, features):
    mean = features.mean(0, keepdim=True)
    states = []
    for name in ["init_h", "init_c"] if cell == "lstm" else ["init_h"]:
        x = linear(p, name, mean)
        if kind == "tell":
            norm = {part: p[f"{name}_norm.{part}"][0]
                    for part in ("running_mean", "running_var", "weight", "bias")}
            x = F.batch_norm(x, **norm)
        states.append(x)
    return tuple(states)


def advance(cell, p, x, state):
    weights = [p["decode_step." + n].flatten() if "bias" in n else p["decode_step." + n]
               for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    if cell == "lstm":
        return torch._VF.lstm_cell(x, state, *weights)
    step = torch._VF.gru_cell if cell == "gru" else torch._VF.rnn_tanh_cell
    return (step(x, state[0], *weights),)


def step(model, p, features, word, state):
    kind, cell, context, act = model
    act = {"relu": F.relu, "tanh": torch.tanh}[act]
    x, alpha, beta = p["embedding.weight"][word][None], torch.zeros(0), torch.zeros(0)
    if kind == "attend":
        hidden = linear(p, "attention.encoder_att", features)
        hidden = act(hidden + linear(p, "attention.decoder_att", state[0]))
        alpha = linear(p, "attention.full_att", hidden).flatten().softmax(0)
        z = (alpha[:, None] * features).sum(0, keepdim=True)
        if context == "gated":
            z = torch.sigmoid(linear(p, "f_beta", state[0])) * z
        elif context == "projected":
            z = linear(p, "context_projection", z)
        x = torch.cat([x, z], 1)
    if kind == "adaptive":
        values = F.relu(linear(p, "context_projection", features))
        x = torch.cat([x, F.relu(linear(p, "global_projection", features.mean(0, keepdim=True)))], 1)
        gate = torch.sigmoid(
            linear(p, "sentinel.input_gate", x) + linear(p, "sentinel.hidden_gate", state[0]))
    state = advance(cell, p, x, state)
    output = state[0]
    if kind == "adaptive":
        sentinel = gate * torch.tanh(state[1])
        query = linear(p, "attention.decoder_att", state[0])
        keys = torch.cat([linear(p, "attention.encoder_att", values),
                          linear(p, "attention.sentinel_att", sentinel)])
        weights = linear(p, "attention.full_att", act(keys + query)).flatten().softmax(0)
        alpha, beta = weights[:-1], weights[-1:]
        output = output + weights @ torch.cat([values, sentinel])
    return linear(p, "fc", output)[0], alpha, beta, state


def beam(model, p, features, width):
    live, ended = [([START], 0.0, first_state(*model[:2], p, features))], []
    for _ in range(LONGEST):
        options = []
        for number, (words, score, state) in enumerate(live):
            logits, _, _, after = step(model, p, features, words[-1], state)
            for word, value in enumerate(logits.log_softmax(0).tolist()):
                if word not in EXCLUDED:
                    options.append((-(score + value), word, number, after))
        options.sort(key=lambda o: o[:3])
        chosen = [(live[n][0] + [w], -s, after) for s, w, n, after in options[:width - len(ended)]]
        ended += [b for b in chosen if b[0][-1] == END]
        live = [b for b in chosen if b[0][-1] != END]
        if not live:
            break
    best = max(ended or live, key=lambda b: b[1])
    words = best[0][1:-1] if ended else best[0][1:]
    return {"width": width, "words": words, "logProbability": best[1], "finished": bool(ended)}


def pool(features, pooling):
    if pooling is None:
        return features
    grid = features.T.reshape(1, FEATURES, pooling["height"], pooling["width"])
    shape = pooling["pooled_height"], pooling["pooled_width"]
    return F.adaptive_avg_pool2d(grid, shape).reshape(FEATURES, -1).T


def case(seed, end_bias, kind, cell="lstm", context="gated", act="relu", pooling=None):
    model = kind, cell, context, act
    p = parameters(kind, cell, context, end_bias, seed)
    features = torch.randn(IMAGES, CELLS, FEATURES, generator=torch.Generator().manual_seed(9))
    fed, images = [START, 3, 7, 1], []
    for native in features:
        image = pool(native, pooling)
        state = first_state(kind, cell, p, image)
        logits, alphas, betas = [], [], []
        for word in fed:
            value, alpha, beta, state = step(model, p, image, word, state)
            logits.append(value.tolist())
            alphas.append(alpha.tolist())
            betas += beta.tolist()
        images.append({
            "features": native.flatten().tolist(), "logits": logits, "attention": alphas,
            "sentinel": betas, "beams": [beam(model, p, image, k) for k in (1, 3, 5)]})
    return {
        "architecture": kind, "cell": cell, "context": context, "activation": act,
        "pooling": pooling, "fed": fed, "images": images,
        "parameters": {n: v.flatten().tolist() for n, v in p.items()}}


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.7g}")
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return [rounded(v) for v in value] if isinstance(value, list) else value


POOLING = {"height": 2, "width": 2, "pooled_height": 3, "pooled_width": 3}

with torch.no_grad():
    print(json.dumps(rounded({
        "cells": CELLS, "featureSize": FEATURES, "hiddenSize": HIDDEN, "embeddingSize": EMBEDDING,
        "attentionSize": ATTENTION, "vocabularySize": WORDS, "start": START, "end": END,
        "excluded": EXCLUDED, "longest": LONGEST,
        "cases": [
            case(1, -1.5, "attend"), case(2, -0.3, "attend", context="projected"),
            case(4, 0, "attend", context="plain", act="tanh"), case(5, 0, "attend", cell="gru"),
            case(6, 0, "attend", cell="rnn"), case(7, -1, "attend", pooling=POOLING),
            case(3, 0.8, "tell"), case(8, 0.8, "tell", cell="gru"),
            case(9, 0.8, "tell", cell="rnn"),
            case(10, 0, "adaptive"), case(11, 0, "adaptive", act="tanh")]})))
