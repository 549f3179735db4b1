"""How well the knowledge base finds and answers.

    python -m bench.knowledge [--dev | --test] [--fit]

`--dev` (default) asks bench/data/kb_dev_questions.yml, on which everything was tuned; `--test` asks
tests/knowledge/questions.yml, on which nothing may be. `--fit` prints the coefficients for
kefu/knowledge/evidence.py, what each bar on the confidence and what other weights of the cosine
would do, from the dev questions.
Intervals are 95 % percentile bootstrap intervals over questions.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from bench.intervals import RESAMPLES, SEED, interval
from kefu.encoder import Encoder
from kefu.knowledge import evidence
from kefu.knowledge.base import KnowledgeBase, Side
from kefu.knowledge.evidence import Evidence
from kefu.knowledge.index import SentenceEncoder
from kefu.knowledge.sync import sync
from kefu.settings import HOME, Settings, load_settings

DEV = HOME / "bench/data/kb_dev_questions.yml"
TEST = HOME / "tests/knowledge/questions.yml"
SIDES: tuple[Side, ...] = ("dense", "keyword", "fused")


@dataclass(frozen=True)
class Question:
    """A buyer's question. `slug` is the article that answers it, None when the kb does not say."""

    text: str
    intent: str | None
    slug: str | None


def read_questions(file: Path) -> list[Question]:
    """The questions in a YAML list of {question, intent, slug}."""
    rows = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [Question(row["question"], row.get("intent"), row["slug"]) for row in rows]


def ranks(kb: KnowledgeBase, questions: Sequence[Question], side: Side, intent: bool) -> list[int]:
    """For each answerable question the right article's place from 1, or 0 when it is not found."""
    places = []
    for question in questions:
        if question.slug is None:
            continue
        known = question.intent if intent and kb.covers(question.intent) else None
        slugs = kb.articles(question.text, intent=known, side=side)
        places.append(slugs.index(question.slug) + 1 if question.slug in slugs else 0)
    return places


def retrieval_table(kb: KnowledgeBase, questions: Sequence[Question]) -> str:
    """Recall and mean reciprocal rank of each side."""
    lines = ["| search | intent | recall@1 | recall@5 | MRR |", "|---|---|---|---|---|"]
    for intent in (False, True):
        for side in SIDES:
            place = np.array(ranks(kb, questions, side, intent), dtype=np.float64)
            inverse = np.divide(1.0, place, out=np.zeros_like(place), where=place > 0)
            cells = (
                interval((place == 1).astype(float), np.mean),
                interval(((place > 0) & (place <= 5)).astype(float), np.mean),
                interval(inverse, np.mean),
            )
            lines.append(f"| {side} | {'given' if intent else 'none'} | {' | '.join(cells)} |")
    return "\n".join(lines)


def outcomes(kb: KnowledgeBase, questions: Sequence[Question], intent: bool) -> NDArray[np.float64]:
    """(questions, 3): answered, answered rightly, answerable; each 0 or 1."""
    rows = []
    for question in questions:
        answer = kb.answer(question.text, intent=question.intent if intent else None)
        right = answer is not None and answer.slug == question.slug
        rows.append((answer is not None, right, question.slug is not None))
    return np.array(rows, dtype=np.float64)


def precision(rows: NDArray[np.float64]) -> float:
    """Right answers among the given ones."""
    return float(rows[:, 1].sum() / rows[:, 0].sum()) if rows[:, 0].any() else float("nan")


def answered(rows: NDArray[np.float64]) -> float:
    """Answerable questions that got an answer."""
    asked = rows[rows[:, 2] == 1]
    return float(asked[:, 0].mean()) if len(asked) else float("nan")


def abstained(rows: NDArray[np.float64]) -> float:
    """Unanswerable questions that got none."""
    asked = rows[rows[:, 2] == 0]
    return float(1 - asked[:, 0].mean()) if len(asked) else float("nan")


def answer_table(kb: KnowledgeBase, questions: Sequence[Question]) -> str:
    """What answering is worth with the bars in the settings."""
    lines = [
        "| intent | precision of answers | answered of answerable | abstained of unanswerable |",
        "|---|---|---|---|",
    ]
    for intent in (False, True):
        rows = outcomes(kb, questions, intent)
        cells = [interval(rows, statistic) for statistic in (precision, answered, abstained)]
        lines.append(f"| {'given' if intent else 'none'} | {' | '.join(cells)} |")
    return "\n".join(lines)


def fit_table(kb: KnowledgeBase, questions: Sequence[Question]) -> str:
    """Coefficients for `evidence.py`, then what each bar would do with them."""
    from sklearn.linear_model import LogisticRegression

    found: list[tuple[Evidence, bool, bool]] = []
    for question in questions:
        for intent in {None, question.intent if kb.covers(question.intent) else None}:
            best = kb.evidence(question.text, intent)
            if best is not None:
                answerable = question.slug is not None
                found.append((best[1], best[0] == question.slug, answerable))
    features = [[seen.nearness, seen.margin, float(seen.intent)] for seen, _, _ in found]
    model = LogisticRegression(C=100, max_iter=2000).fit(features, [right for _, right, _ in found])
    chances = model.predict_proba(features)[:, 1]
    names = ("PER_NEARNESS", "PER_MARGIN", "PER_INTENT")
    lines = [f"INTERCEPT = {model.intercept_[0]:.2f}"]
    lines += [f"{name} = {value:.2f}" for name, value in zip(names, model.coef_[0], strict=True)]
    lines += ["", "| intent | bar | precision | answered | abstained |", "|---|---|---|---|---|"]
    for given in (False, True):
        for bar in np.arange(0.2, 0.75, 0.05):
            rows = np.array(
                [
                    (chance >= bar, chance >= bar and right, answerable)
                    for chance, (seen, right, answerable) in zip(chances, found, strict=True)
                    if seen.intent == given
                ],
                dtype=np.float64,
            )
            cells = [f"{value(rows):.2f}" for value in (precision, answered, abstained)]
            name = "given" if given else "none"
            lines.append(f"| {name} | {bar:.2f} | {' | '.join(cells)} |")
    return "\n".join(lines)


def weight_table(kb: KnowledgeBase, questions: Sequence[Question]) -> str:
    """What other weights of the cosine would do to the order, without an intent."""
    lines = ["| COSINE_WEIGHT | recall@1 | recall@5 | MRR |", "|---|---|---|---|"]
    chosen = evidence.COSINE_WEIGHT
    for weight in (0.5, 1.0, 1.5, 2.0, 3.0):
        evidence.COSINE_WEIGHT = weight
        place = np.array(ranks(kb, questions, "fused", intent=False), dtype=np.float64)
        inverse = np.divide(1.0, place, out=np.zeros_like(place), where=place > 0)
        five = float(((place > 0) & (place <= 5)).mean())
        lines.append(
            f"| {weight} | {(place == 1).mean():.3f} | {five:.3f} | {inverse.mean():.3f} |"
        )
    evidence.COSINE_WEIGHT = chosen
    return "\n".join(lines)


def fresh(settings: Settings, encoder: SentenceEncoder, folder: Path) -> KnowledgeBase:
    """The settings' articles, indexed in `folder`."""
    own = settings.copy(update={"kb_index_dir": folder, "qdrant_url": None})
    sync(own, encoder)
    return KnowledgeBase.open(own, encoder)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Measures the knowledge base.")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--dev", action="store_true", help="ask the dev questions (default)")
    which.add_argument("--test", action="store_true", help="ask the held-out questions")
    parser.add_argument(
        "--fit", action="store_true", help="fit the confidence on the dev questions"
    )
    options = parser.parse_args()
    settings = load_settings()
    encoder = Encoder.load(settings.encoder, settings.device)
    with tempfile.TemporaryDirectory() as folder:
        kb = fresh(settings, encoder, Path(folder))
        questions = read_questions(TEST if options.test else DEV)
        manifest = kb.manifest
        print(
            f"{len(questions)} {'held-out' if options.test else 'dev'} questions, "
            f"{len(manifest.slugs)} articles, {manifest.passages} passages, "
            f"encoder {encoder.fingerprint[:8]}, {RESAMPLES} resamples, seed {SEED}\n"
        )
        print(retrieval_table(kb, questions), answer_table(kb, questions), sep="\n\n")
        if options.fit:
            dev = read_questions(DEV)
            print("", fit_table(kb, dev), "", weight_table(kb, dev), sep="\n")


if __name__ == "__main__":
    main()
