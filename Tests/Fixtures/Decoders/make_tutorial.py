"""Makes a tiny decoder of the shape that sgrvinod's a-PyTorch-Tutorial-to-Image-Captioning trains,
as it is saved, and the captions that PyTorch finds with it by the tutorial's beam search.

    python3 make_tutorial.py          # needs PyTorch 2

Writes tutorial.pth ({"epoch": …, "decoder": state_dict}), tutorial-wordmap.json and tutorial.json:
feature maps on the encoder's native grid and, after AdaptiveAvgPool2d to a larger grid as the
tutorial's encoder does it, the words and log-probability of the best caption for some beam widths.
"""

import json
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).parent
NATIVE, POOLED, CHANNELS, HIDDEN, EMBEDDING, ATTENTION, LONGEST = 3, 5, 8, 6, 5, 7, 30
WORDS = "a dog runs in the snow two girls play café red ball".split()


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder_att = nn.Linear(CHANNELS, ATTENTION)
        self.decoder_att = nn.Linear(HIDDEN, ATTENTION)
        self.full_att = nn.Linear(ATTENTION, 1)

    def forward(self, cells, hidden):
        scores = self.full_att(torch.relu(
            self.encoder_att(cells) + self.decoder_att(hidden).unsqueeze(1))).squeeze(2)
        alpha = scores.softmax(1)
        return (cells * alpha.unsqueeze(2)).sum(1)


class Decoder(nn.Module):
    def __init__(self, words):
        super().__init__()
        self.attention = Attention()
        self.embedding = nn.Embedding(words, EMBEDDING)
        self.decode_step = nn.LSTMCell(EMBEDDING + CHANNELS, HIDDEN)
        self.init_h = nn.Linear(CHANNELS, HIDDEN)
        self.init_c = nn.Linear(CHANNELS, HIDDEN)
        self.f_beta = nn.Linear(HIDDEN, CHANNELS)
        self.fc = nn.Linear(HIDDEN, words)


@torch.no_grad()
def caption(decoder, ids, grid, width):
    """The tutorial's beam search, which excludes no word, over one image [channels, rows, columns]."""
    cells = nn.functional.adaptive_avg_pool2d(grid[None], POOLED).flatten(2).transpose(1, 2)
    h = decoder.init_h(cells.mean(1)).expand(width, -1)
    c = decoder.init_c(cells.mean(1)).expand(width, -1)
    cells = cells.expand(width, -1, -1)
    words = torch.full((width, 1), ids["<start>"])
    totals = torch.zeros(width, 1)
    ended = []
    left = width
    for step in range(LONGEST):
        context = torch.sigmoid(decoder.f_beta(h)) * decoder.attention(cells, h)
        embedded = decoder.embedding(words[:, -1])
        h, c = decoder.decode_step(torch.cat([embedded, context], 1), (h, c))
        scores = totals + decoder.fc(h).log_softmax(1)
        flat = scores[0] if step == 0 else scores.flatten()
        best, places = flat.topk(left)
        parents, nexts = places // len(ids), places % len(ids)
        words = torch.cat([words[parents], nexts[:, None]], 1)
        h, c, totals = h[parents], c[parents], best[:, None]
        is_end = nexts == ids["<end>"]
        ended += [(float(best[i]), words[i, 1:-1].tolist()) for i in torch.nonzero(is_end)[:, 0]]
        left = width - len(ended)
        if left == 0:
            break
        words, h, c, totals = words[~is_end], h[~is_end], c[~is_end], totals[~is_end]
        cells = cells[:left]
    score, found = max(ended)
    return {"width": width, "words": found, "logProbability": score}


def main():
    ids = {word: number + 1 for number, word in enumerate(WORDS)}
    for special in ("<unk>", "<start>", "<end>"):
        ids[special] = len(ids) + 1
    ids["<pad>"] = 0
    torch.manual_seed(40)
    decoder = Decoder(len(ids))
    for parameter in decoder.parameters():
        nn.init.normal_(parameter, std=0.9)
    decoder.fc.bias.data[ids["<end>"]] = 1.5
    images = []
    for seed in range(6):
        generator = torch.Generator().manual_seed(seed)
        # Numbers that float16 holds exactly, as features are kept.
        grid = torch.randn(CHANNELS, NATIVE, NATIVE, generator=generator).half().float()
        images.append({
            "features": grid.flatten(1).T.flatten().tolist(),
            "beams": [caption(decoder, ids, grid, width) for width in (1, 3, 5)]})
    torch.save({"epoch": 3, "decoder": decoder.state_dict()}, HERE / "tutorial.pth")
    (HERE / "tutorial-wordmap.json").write_text(json.dumps(ids))
    (HERE / "tutorial.json").write_text(json.dumps({
        "native": NATIVE, "pooled": POOLED, "channels": CHANNELS, "longest": LONGEST,
        "images": images}))


main()
