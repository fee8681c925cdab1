"""Makes scores.json: small corpora and what the public programs score them.

    python -m venv venv && venv/bin/pip install pycocoevalcap==1.2 nltk==3.10.4 sacrebleu==2.6.0
    venv/bin/python make_scores.py > scores.json

BLEU, ROUGE-L and CIDEr-D of every sentence and of the corpus come from pycocoevalcap, BLEU with
its eight smoothings from NLTK's corpus_bleu (null where NLTK stops with an error), BLEU with its
four from sacreBLEU without its tokenizer. Sentences are made here, from a few words and a seed.
"""

import itertools
import json
import logging
import random
import sys
import warnings

from nltk.translate.bleu_score import SmoothingFunction, corpus_bleu
from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.rouge.rouge import Rouge
from sacrebleu.metrics import BLEU

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)

NOUNS = "dog man woman child boy girl cyclist horse player couple crowd cat bird surfer".split()
ADJECTIVES = "brown black small young old smiling wet tall red two-wheeled".split()
VERBS = "runs jumps stands sits plays rides walks looks waits swims".split()
PLACES = ["in the snow", "on a beach", "near the lake", "across a field", "down the street",
          "in front of a white building", "through the water", "at night"]
EXTRAS = ["with a ball", "while others watch", "and smiles", "wearing a blue shirt", "alone"]
NLTK_WEIGHTS = [tuple([1 / n] * n) for n in range(1, 5)]


def caption(r):
    words = ["a" if r.random() < 0.7 else "the"]
    if r.random() < 0.7:
        words.append(r.choice(ADJECTIVES))
    words += [r.choice(NOUNS), r.choice(VERBS)]
    words += r.choice(PLACES).split()
    if r.random() < 0.4:
        words += r.choice(EXTRAS).split()
    return words


def edited(r, words):
    """The words with some left out, doubled, exchanged or replaced."""
    result = []
    for word in words:
        dice = r.random()
        if dice < 0.08:
            continue
        result.append(r.choice(NOUNS + ADJECTIVES + VERBS) if dice < 0.18 else word)
        if dice > 0.97:
            result.append(word)
    if result and r.random() < 0.15:
        i, j = r.randrange(len(result)), r.randrange(len(result))
        result[i], result[j] = result[j], result[i]
    return result


def natural(r, count, most):
    pairs = []
    for _ in range(count):
        base = caption(r)
        references = [edited(r, base) or base for _ in range(r.randint(1, most))]
        dice = r.random()
        if dice < 0.05:
            candidate = []
        elif dice < 0.15:
            candidate = base[: r.randint(1, 3)]
        elif dice < 0.2:
            candidate = references[0]
        elif dice < 0.25:
            candidate = ["zebra"] * r.randint(1, 6)
        else:
            candidate = edited(r, base)
        pairs.append((" ".join(candidate), [" ".join(x) for x in references]))
    return pairs


def scrambled(r, count, alphabet):
    """Sentences of few different words, in which much matches by chance and much repeats."""
    def line(least):
        return " ".join(r.choice(alphabet) for _ in range(r.randint(least, 9)))
    return [(line(0), [line(1) for _ in range(r.randint(1, 4))]) for _ in range(count)]


def scores(pairs):
    references = {i: refs for i, (_, refs) in enumerate(pairs)}
    candidates = {i: [cand] for i, (cand, _) in enumerate(pairs)}
    bleu, bleus = Bleu(4).compute_score(references, candidates, verbose=0)
    rouge, rouges = Rouge().compute_score(references, candidates)
    cider, ciders = Cider().compute_score(references, candidates)

    nltk = []
    for method in range(8):
        try:
            value = corpus_bleu(
                [[ref.split() for ref in refs] for _, refs in pairs],
                [cand.split() for cand, _ in pairs], weights=NLTK_WEIGHTS,
                smoothing_function=getattr(SmoothingFunction(), f"method{method}"))
            nltk.append([float(x) for x in value])
        except AssertionError:
            nltk.append(None)

    streams = [list(s) for s in itertools.zip_longest(*[refs for _, refs in pairs])]
    sacrebleu = {
        smooth: [
            BLEU(tokenize="none", smooth_method=smooth, max_ngram_order=n)
            .corpus_score([cand for cand, _ in pairs], streams).score
            for n in range(1, 5)
        ]
        for smooth in ("none", "floor", "add-k", "exp")
    }
    sentences = [
        {"candidate": cand, "references": refs, "bleu": [float(b[i]) for b in bleus],
         "rouge_l": float(rouges[i]), "cider": float(ciders[i])}
        for i, (cand, refs) in enumerate(pairs)
    ]
    return {"bleu": [float(x) for x in bleu], "rouge_l": float(rouge), "cider": float(cider),
            "nltk": nltk, "sacrebleu": sacrebleu, "sentences": sentences}


def main():
    r = random.Random(1)
    alone = [
        ("", ["a dog runs"]),
        ("dog a runs the", ["a dog runs fast here"]),
        ("a dog runs fast", ["a dog runs fast"]),
        ("a", ["a"]),
        ("a dog", ["a dog", "a cat runs"]),
        ("a dog runs", ["a dog runs away quickly now"]),
        ("one two three four five six", ["seven eight nine"]),
        ("the the the the the the the", ["the cat is on the mat", "there is a cat on the mat"]),
        ("a b c d", ["a b c", "a b c d e"]),
        ("a b c d e f", ["a b", "a b c d e f g h i j"]),
        ("a dog runs in the snow near a lake", ["a dog runs in the snow"]),
        ("caf\u00e9 na\u00efve", ["cafe\u0301 na\u00efve", "caf\u00e9"]),
    ]
    corpora = {f"alone {i + 1}": [pair] for i, pair in enumerate(alone)}
    corpora["alone, together"] = alone
    corpora["empty and blank"] = [("", ["", "a dog"]), ("a dog", ["a dog"]), ("a dog runs", ["x"])]
    corpora["last hypothesis short"] = [("a b c d e", ["a b c d e f"]), ("a", ["a b"])]
    corpora["last hypothesis empty"] = [("a b c d e", ["a b c d e f"]), ("", ["a b"])]
    corpora["natural, one reference"] = natural(r, 40, 1)
    corpora["natural"] = natural(r, 150, 6)
    for n in range(10):
        corpora[f"two words, {n + 1}"] = scrambled(r, r.randint(1, 6), ["a", "b"])
        corpora[f"five words, {n + 1}"] = scrambled(r, r.randint(1, 12), "a b c d e".split())
    result = {"corpora": [dict(name=name, **scores(pairs)) for name, pairs in corpora.items()]}
    text = json.dumps(result, ensure_ascii=False)
    sys.stdout.write(text.replace('{"name"', '\n{"name"').replace('{"candidate"', '\n{"candidate"'))
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
