"""The captioner as a PyTorch program: soft attention with a gated context (Xu and others 2015) over
cached feature maps, trained on packed captions and decoded by beam search over a batch of images.

What need not be repeated is not: the encoder's projection is computed once an image, the vocabulary
layer of a training step once for all words, attention once for all beams of an image, and a batch's
search ends when none of its images can be captioned better."""
import json, struct, time

import numpy as np, torch
from torch import nn
from torch.nn import functional as F


class Decoder(nn.Module):
    def __init__(self, vocabulary, feature=1280, hidden=512, attention=512, embedding=300):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, embedding)
        self.keys, self.query = nn.Linear(feature, attention), nn.Linear(hidden, attention)
        self.score = nn.Linear(attention, 1)
        self.cell = nn.LSTMCell(embedding + feature, hidden)
        self.first_hidden, self.first_cell = nn.Linear(feature, hidden), nn.Linear(feature, hidden)
        self.gate, self.words = nn.Linear(hidden, feature), nn.Linear(hidden, vocabulary)

    def begin(self, features):
        mean = features.mean(1)
        return self.first_hidden(mean), self.first_cell(mean)

    def step(self, embedded, hidden, cell, features, keys):
        """One step of as many rows as a multiple of the images: an image's rows follow each other."""
        images, rows = features.shape[0], hidden.shape[0]
        query = self.query(hidden).view(images, rows // images, 1, -1)
        weights = self.score(F.relu(keys.unsqueeze(1) + query)).squeeze(3).softmax(2)
        context = torch.bmm(weights, features).view(rows, -1) * torch.sigmoid(self.gate(hidden))
        hidden, cell = self.cell(torch.cat([embedded, context], 1), (hidden, cell))
        return hidden, cell, weights.view(rows, -1)


def step_products(words, feature=1280, hidden=512, attention=512, embedding=300, cells=64):
    """Multiplications of one row's step, without the projection of the features."""
    return (4 * hidden * (embedding + feature + hidden) + hidden * (attention + feature + words)
            + cells * (attention + feature))


def image_products(feature=1280, hidden=512, attention=512, cells=64):
    """Multiplications of an image's projection and first state."""
    return cells * feature * attention + 2 * feature * hidden


def checkpoint(path):
    """The decoder and the words of a checkpoint of CaptionMesh with these layers."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    names = {"embedding": "embedding", "keys": "attention.encoder_att", "score": "attention.full_att",
             "query": "attention.decoder_att", "first_hidden": "init_h", "first_cell": "init_c",
             "gate": "f_beta", "words": "fc", "cell": "decode_step"}
    words = json.loads(header["__metadata__"]["vocabulary"])
    model = Decoder(len(words))
    state = {}
    for name in model.state_dict():
        layer, parameter = name.split(".")
        entry = header[f"{names[layer]}.{parameter}"]
        kind = {"F16": np.float16, "F32": np.float32}[entry["dtype"]]
        start, end = entry["data_offsets"]
        state[name] = torch.from_numpy(
            np.frombuffer(data[start:end], kind).astype(np.float32).reshape(entry["shape"]))
    model.load_state_dict(state)
    return model.eval(), words


@torch.inference_mode()
def beam_search(model, words, maps, width, batch, longest):
    """The caption of each feature map (float16 [images, cells, channels]) as words."""
    unknown, start, end = (words.index(mark) for mark in ("<unk>", "<start>", "<end>"))
    captions = []
    for first in range(0, len(maps), batch):
        features = torch.from_numpy(maps[first:first + batch].astype(np.float32))
        images = features.shape[0]
        keys = model.keys(features)
        hidden, cell = (state.repeat_interleave(width, 0) for state in model.begin(features))
        sequences = torch.full((images, width, 1), start)
        scores = torch.full((images, width), -1e9)
        scores[:, 0] = 0
        done = torch.zeros(images, width, dtype=torch.bool)
        offsets = torch.arange(images).unsqueeze(1) * width
        for _ in range(longest):
            embedded = model.embedding(sequences[:, :, -1].reshape(-1))
            hidden, cell, _ = model.step(embedded, hidden, cell, features, keys)
            gains = model.words(hidden).log_softmax(1).view(images, width, -1)
            gains[..., [0, unknown, start]] = -1e9
            # A caption that is done goes on with padding, which costs nothing.
            gains[done] = -1e9
            gains[..., 0] = torch.where(done, 0.0, -1e9)
            scores, places = (scores.unsqueeze(2) + gains).view(images, -1).topk(width, 1)
            parents, chosen = places // len(words), places % len(words)
            sequences = torch.cat(
                [sequences.gather(1, parents.unsqueeze(2).expand(-1, -1, sequences.shape[2])),
                 chosen.unsqueeze(2)], 2)
            done = done.gather(1, parents) | (chosen == end)
            # Scores only fall: the best of an image is found once it is done.
            if done[:, 0].all():
                break
            rows = (parents + offsets).view(-1)
            hidden, cell = hidden[rows], cell[rows]
        for ids in sequences[:, 0, 1:].tolist():
            captions.append([words[i] for i in (ids[:ids.index(end)] if end in ids else ids)])
    return captions


class Trainer:
    """Teacher forcing by Adam on packed captions, as long as ids from <start> to <end>."""

    def __init__(self, vocabulary, seed=0):
        torch.manual_seed(seed)
        self.model = Decoder(vocabulary)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=4e-4)
        self.dropout = nn.Dropout(0.5)

    def epoch(self, maps, captions, images_a_step):
        """Words learnt a second, over feature maps (float16) and each one's captions."""
        start, words = time.perf_counter(), 0
        order = np.random.default_rng(0).permutation(len(maps))
        for first in range(0, len(order), images_a_step):
            chosen = order[first:first + images_a_step]
            words += self.step(
                torch.from_numpy(maps[chosen].astype(np.float32)), [captions[i] for i in chosen])
        return words / (time.perf_counter() - start)

    def step(self, maps, captions):
        model = self.model
        rows = sorted(((ids, image) for image, own in enumerate(captions) for ids in own),
                      key=lambda row: -len(row[0]))
        lengths = np.array([len(ids) - 1 for ids, _ in rows])
        ids = torch.zeros(len(rows), int(lengths[0]) + 1, dtype=torch.long)
        for row, (caption, _) in enumerate(rows):
            ids[row, :len(caption)] = torch.tensor(caption)
        image = torch.tensor([image for _, image in rows])
        keys, features = model.keys(maps)[image], maps[image]
        hidden, cell = (state[image] for state in model.begin(maps))
        embedded = model.embedding(ids)
        outputs, targets, looked = [], [], torch.zeros(len(rows), maps.shape[1])
        for step in range(int(lengths[0])):
            n = int((lengths > step).sum())
            hidden, cell, weights = model.step(
                embedded[:n, step], hidden[:n], cell[:n], features[:n], keys[:n])
            outputs.append(hidden)
            targets.append(ids[:n, step + 1])
            looked = looked + F.pad(weights, (0, 0, 0, len(rows) - n))
        logits = model.words(self.dropout(torch.cat(outputs)))
        loss = F.cross_entropy(logits, torch.cat(targets)) + ((1 - looked) ** 2).mean()
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(model.parameters(), 5.0)
        self.optimizer.step()
        return len(logits)
