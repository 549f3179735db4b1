"""One table of what the encoder is worth.

    python -m bench.encoder [--dev | --test] [--model FOLDER] [--only PART,…]
    python -m bench.encoder --only precision,sizes    what decided fp32 and the shape

`--test` (default) uses the held-out sets: tests/knowledge/questions.yml, tests/encoder/paraphrases/
and tests/nlu/. `--dev` uses what may be tuned on: bench/data/kb_dev_questions.yml,
bench/data/paraphrases_dev.yml and, for the probe, a fifth of data/nlu. Intervals are 95 %
bootstrap intervals over questions, paraphrase groups or messages.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BertConfig, BertModel

from bench.encoder import precision, probe, sizes, speed
from bench.encoder.lexical import jaccard, tfidf_similarity
from bench.encoder.retrieval import article_ranks, reciprocal
from bench.encoder.similarity import graded_pairs, with_intervals
from bench.intervals import RESAMPLES, SEED, interval
from bench.knowledge import DEV, TEST, read_questions
from kefu.encoder import Encoder
from kefu.encoder.folder import load_tokenizer
from kefu.encoder.pretrain.pairs import read_paraphrases
from kefu.encoder.pretrain.run import PARAPHRASES
from kefu.settings import HOME, load_settings

PARTS = ("retrieval", "similarity", "probe", "speed")
DECISIONS = ("precision", "sizes")  # not part of the usual table
PARAPHRASES_DEV = HOME / "bench/data/paraphrases_dev.yml"
PARAPHRASES_TEST = HOME / "tests/encoder/paraphrases/held_out.yml"
SIMILARITY_RESAMPLES = 500
PROBED = (5, 20)

Row = tuple[str, str, str]


def retrieval(encoder: Encoder, model: str, dev: bool) -> list[Row]:
    """Articles found for questions."""
    settings = load_settings(encoder=model)
    questions = read_questions(DEV if dev else TEST)
    with tempfile.TemporaryDirectory() as folder:
        found = article_ranks(settings, encoder, questions, Path(folder))
    rows = []
    for name, places in found.items():
        figures = (
            interval((places == 1).astype(float), np.mean),
            interval(((places > 0) & (places <= 5)).astype(float), np.mean),
            interval(reciprocal(places), np.mean),
        )
        rows.append(("articles: recall@1, recall@5, MRR", name, ", ".join(figures)))
    return rows


def similarity(encoder: Encoder, dev: bool) -> list[Row]:
    """Paraphrases told from what only looks like them."""
    groups = read_paraphrases([PARAPHRASES_DEV if dev else PARAPHRASES_TEST])
    pairs = graded_pairs(groups)
    trained = read_paraphrases(sorted(HOME.glob(PARAPHRASES)))
    known = [text for group in trained for text in (*group.same, *group.different)]
    first = encoder.sentence_vectors([one for one, _ in pairs.texts])
    second = encoder.sentence_vectors([other for _, other in pairs.texts])
    scores = {
        "encoder": (first * second).sum(axis=1).astype(np.float64),
        "character Jaccard": jaccard(pairs.texts),
        "TF-IDF, characters and pairs": tfidf_similarity(pairs.texts, known),
    }
    table = with_intervals(pairs, scores, SIMILARITY_RESAMPLES)
    return [
        (f"paraphrases: {measure}", name, f"{value:.3f} [{low:.2f}, {high:.2f}]")
        for measure in table["encoder"]
        for name in scores
        for value, low, high in [table[name][measure]]
    ]


def probes(encoder: Encoder, model: str, dev: bool) -> list[Row]:
    """Intents from a few examples."""
    train = probe.labelled(HOME / "data/nlu")
    if dev:
        random.Random(SEED).shuffle(train)
        cut = len(train) // 5
        train, test = train[cut:], train[:cut]
    else:
        test = probe.labelled(HOME / "tests/nlu")

    kinds: dict[str, probe.Features] = {
        "encoder": probe.vectors(encoder.sentence_vectors),
        "random BERT of the same size": probe.vectors(untrained(model)),
        "n-grams of 1 to 3 characters": probe.ngrams,
        "encoder and n-grams": probe.both_kinds(encoder.sentence_vectors),
    }
    rows = []
    for examples in PROBED:
        for name, features in kinds.items():
            letters = "n-grams" in name
            penalty = probe.PENALTY["letters" if letters else "vectors"]
            right = probe.hits(train, test, examples, features, penalty)
            rows.append(
                (f"intents right, {examples} examples each", name, interval(right, np.mean))
            )
    return rows


def speeds(model: str) -> list[Row]:
    """Time on this machine."""
    one, two = speed.measure(model, 1), speed.measure(model, 2)
    length = f"one message of {speed.CHARACTERS} characters, 1 core"
    return [
        (f"{length}: p50, p95", "encoder", f"{one.p50:.2f} ms, {one.p95:.2f} ms"),
        (
            f"{speed.BATCH} messages together against one by one, 2 cores",
            "encoder",
            f"{two.batched:,.0f}/s against {two.alone:,.0f}/s, {two.batched / two.alone:.1f} times",
        ),
        ("load", "encoder", f"{one.load:.2f} s"),
    ]


def precisions(model: str, dev: bool) -> list[Row]:
    """Fewer bits: quality, whether a text's vector depends on its batch, speed."""
    pairs = graded_pairs(read_paraphrases([PARAPHRASES_DEV if dev else PARAPHRASES_TEST]))
    rows = []
    for kind in precision.KINDS:
        found = precision.measure(model, kind, pairs)
        rows.append(
            (
                "AUC with hard negatives, shift by the batch, one message, in batches",
                kind,
                f"{found.auc:.3f}, {found.batch_shift:.4f}, {found.p50:.2f} ms, "
                f"{found.batched:,.0f}/s",
            )
        )
    return rows


def shapes(model: str) -> list[Row]:
    """Larger encoders: what they cost."""
    vocabulary = BertConfig.from_pretrained(model).vocab_size
    rows = []
    for layers, hidden in sizes.SHAPES:
        found = sizes.measure(layers, hidden, vocabulary)
        rows.append(
            (
                "training, one message, weights",
                f"{layers} layers of {hidden}",
                f"{found.training:,.0f} tokens/s, {found.p50:.2f} ms, {found.megabytes:.1f} MB",
            )
        )
    return rows


def untrained(model: str) -> Callable[[Sequence[str]], NDArray[np.float32]]:
    """Sentence vectors of a BERT of the same shape and vocabulary with random weights."""
    torch.manual_seed(SEED)
    config = BertConfig.from_pretrained(model)
    bert = BertModel(config, add_pooling_layer=False).eval()
    tokenizer = load_tokenizer(model, config.vocab_size)
    return Encoder(bert, tokenizer, torch.device("cpu")).sentence_vectors


def _made_from(model: str) -> str:
    facts = Path(model) / "training.json"
    corpus = json.loads(facts.read_text(encoding="utf-8"))["corpus"] if facts.is_file() else "?"
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=False,
    )
    return f"corpus {corpus}, commit {commit.stdout.strip() or '?'}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Measures the encoder.")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--dev", action="store_true", help="what may be tuned on")
    which.add_argument("--test", action="store_true", help="the held-out sets (default)")
    parser.add_argument("--model", default=load_settings().encoder, help="folder of the encoder")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, joined by commas")
    options = parser.parse_args()
    parts = options.only.split(",")
    known = (*PARTS, *DECISIONS)
    if unknown := set(parts) - set(known):
        parser.error(f"unknown part {min(unknown)}; the parts are {', '.join(known)}")
    encoder = Encoder.load(options.model, "cpu")
    print(
        f"{'dev' if options.dev else 'held-out'} sets, encoder {encoder.fingerprint[:8]}, "
        f"{_made_from(options.model)}, seed {SEED}, {RESAMPLES} resamples "
        f"({SIMILARITY_RESAMPLES} for paraphrases), {torch.get_num_threads()} threads\n"
    )
    print("| what | how | figure |\n|---|---|---|")
    measured: dict[str, Callable[[], list[Row]]] = {
        "retrieval": lambda: retrieval(encoder, options.model, options.dev),
        "similarity": lambda: similarity(encoder, options.dev),
        "probe": lambda: probes(encoder, options.model, options.dev),
        "speed": lambda: speeds(options.model),
        "precision": lambda: precisions(options.model, options.dev),
        "sizes": lambda: shapes(options.model),
    }
    for part in known:
        if part in parts:
            for row in measured[part]():
                print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
