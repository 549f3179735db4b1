"""One pre-training run from corpus to shipped folder."""

from __future__ import annotations

import hashlib
import json
import pickle
import random
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from transformers import BertConfig, BertModel, BertTokenizerFast

from kefu.encoder.encoder import resolve_device
from kefu.encoder.folder import fingerprint, load_model, load_tokenizer
from kefu.encoder.grams import FILE as GRAMS_FILE
from kefu.encoder.pretrain.corpus import pack, project_lines, read_lines, read_passages
from kefu.encoder.pretrain.gram_table import train_grams
from kefu.encoder.pretrain.masked import Report, train_masked
from kefu.encoder.pretrain.masking import Masker
from kefu.encoder.pretrain.pairs import (
    Draw,
    from_answers,
    from_articles,
    from_paraphrases,
    from_passages,
    read_answers,
    read_paraphrases,
)
from kefu.encoder.pretrain.recipe import Recipe
from kefu.encoder.pretrain.sentences import train_sentences
from kefu.encoder.pretrain.vocabulary import build_vocabulary, written_forms
from kefu.encoder.pretrain.words import character_vectors, similar_words
from kefu.errors import SettingsError

PARAPHRASES = "models/paraphrases/*.yml"  # below the project's root
ANSWERS = "models/answers/*.yml"
CURVE_EVERY = 100  # steps between the points of the loss curve in training.json


def pretrain(
    recipe: Recipe,
    *,
    corpus: Path,
    home: Path,
    work: Path,
    output: Path,
    start: str | None = None,
    device: str = "auto",
    report: Report = print,
) -> None:
    """Trains an encoder; writes config.json, vocab.txt, model.safetensors (fp16) and its n-grams.

    Args:
        recipe: sources and hyperparameters.
        corpus: folder with `<source>.<licence>.txt.zst` files.
        home: the project's root, for data/ and kb/.
        work: folder for the prepared corpus and checkpoints; a second call goes on from there.
        output: the folder to ship.
        start: folder or hub name of a BERT to take instead of the masked stage's.
        device: "auto", "cpu" or "cuda".
        report: takes lines of progress.
    """
    where = resolve_device(device)
    passages = read_passages(recipe, corpus)
    sources = _sources(recipe, passages, home)
    if start is None:
        _claim(work, recipe)
        bert, vocabulary, facts = _masked(recipe, corpus, home, work, where, report)
        begun = ""
    else:
        bert, vocabulary, facts, begun = _started(start)
        bert.to(where)
        work.mkdir(parents=True, exist_ok=True)
    output.mkdir(parents=True, exist_ok=True)
    (output / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    tokenizer = BertTokenizerFast(str(output / "vocab.txt"), do_lower_case=True)
    texts = [
        path for where in (PARAPHRASES, ANSWERS, "kb/*.md") for path in sorted(home.glob(where))
    ]
    second = work / f"sentences-{_digest({**_sentence_fields(recipe), 'start': begun}, texts)}.pt"
    train_sentences(bert, tokenizer, sources, recipe, second, where, report)
    bert.cpu().half().save_pretrained(output, safe_serialization=True)
    if recipe.gram_buckets:
        lines = [*passages, *project_lines(home)]
        train_grams(lines, sources, recipe, report).save(output)
    else:
        (output / GRAMS_FILE).unlink(missing_ok=True)
    facts["sentence_steps"] = facts.get("sentence_steps", 0) + recipe.sentence_steps
    _replace(output / "training.json", (json.dumps(facts) + "\n").encode())
    report(f"wrote {output}")


def _masked(
    recipe: Recipe, corpus: Path, home: Path, work: Path, where: torch.device, report: Report
) -> tuple[BertModel, list[str], dict[str, Any]]:
    """A BERT after the masked stage, its vocabulary, and what made it."""
    torch.manual_seed(recipe.seed)
    prepared = work / "prepared.pickle"
    if not prepared.is_file():
        lines, corpus_hash = read_lines(recipe, corpus, home)
        vocabulary = build_vocabulary(lines, recipe.vocabulary_size)
        report(f"{len(lines):,} lines, corpus {corpus_hash}, {len(vocabulary):,} pieces")
        examples = pack(lines, vocabulary, recipe.sequence_length)
        report(f"{len(examples.split):,} examples of {recipe.sequence_length} pieces")
        similar = similar_words(examples, seed=recipe.seed)
        report(f"similar words for {len(similar):,} words")
        _replace(prepared, pickle.dumps((examples, vocabulary, similar, corpus_hash)))
    # Our own file, written above in a folder that the caller names.
    examples, vocabulary, similar, corpus_hash = pickle.loads(prepared.read_bytes())  # noqa: S301
    bert = BertModel(_config(recipe, len(vocabulary)), add_pooling_layer=False)
    checkpoint = work / "masked.pt"
    if not checkpoint.is_file():
        first = character_vectors(examples, len(vocabulary), recipe.hidden, 0.05, recipe.seed)
        with torch.no_grad():
            bert.embeddings.word_embeddings.weight.copy_(torch.from_numpy(first))
    bert.to(where)
    masker = Masker(similar, len(vocabulary), recipe.masked_share)
    curve = train_masked(bert, examples, masker, recipe, checkpoint, where, report)
    facts = {
        "corpus": corpus_hash,
        "seed": recipe.seed,
        "steps": recipe.steps,
        "tokens": curve[-1][1] if curve else 0,
        "curve": [point for point in curve if point[0] % CURVE_EVERY == 0],
    }
    return bert, _with_written_forms(bert, vocabulary), facts


def _started(start: str) -> tuple[BertModel, list[str], dict[str, Any], str]:
    """Another folder's BERT, its vocabulary, what made it as far as it says, its fingerprint.

    Raises:
        EncoderError: it cannot be loaded.
    """
    bert = load_model(start)
    tokenizer = load_tokenizer(start, bert.config.vocab_size)
    pieces = tokenizer.get_vocab()
    note = Path(start) / "training.json"
    facts = json.loads(note.read_text(encoding="utf-8")) if note.is_file() else {}
    return bert, sorted(pieces, key=pieces.__getitem__), facts, fingerprint(bert, tokenizer)


def _claim(work: Path, recipe: Recipe) -> None:
    """Notes whose masked stage is in `work`; only its length may change.

    Raises:
        SettingsError: they are another recipe's.
    """
    work.mkdir(parents=True, exist_ok=True)
    free = _sentence_fields(recipe)
    fixed = {
        name: value
        for name, value in asdict(recipe).items()
        if name not in free and not name.startswith("gram_")
    }
    note, text = work / "recipe.json", json.dumps(fixed)
    if note.is_file() and note.read_text(encoding="utf-8") != text:
        raise SettingsError(
            f"{work} holds checkpoints of another recipe; pass another --work folder or remove it."
        )
    _replace(note, text.encode())


def _sentence_fields(recipe: Recipe) -> dict[str, Any]:
    """What the sentence stage depends on beside the masked stage's other fields."""
    fields = asdict(recipe)
    return {
        name: value
        for name, value in fields.items()
        if name.startswith("sentence_") or name in ("steps", "temperature")
    }


def _digest(fields: dict[str, Any], texts: list[Path]) -> str:
    digest = hashlib.sha256(json.dumps(fields).encode())
    for path in texts:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:8]


def _sources(recipe: Recipe, passages: Sequence[str], home: Path) -> dict[str, Draw]:
    """What draws each kind of pair.

    Raises:
        SettingsError: the recipe wants a kind of which there are none.
    """
    sources = {
        "passages": from_passages(passages),
        "paraphrases": from_paraphrases(read_paraphrases(sorted(home.glob(PARAPHRASES)))),
        "answers": from_answers(read_answers(sorted(home.glob(ANSWERS)))),
        "articles": from_articles(home / "kb"),
    }
    for kind in recipe.sentence_shares:
        if kind not in sources or not sources[kind](1, random.Random(0)):  # noqa: S311
            raise SettingsError(
                f"sentence_shares has '{kind}', but there are no such pairs; "
                f"the kinds are {', '.join(sources)}."
            )
    return sources


def _with_written_forms(bert: BertModel, vocabulary: list[str]) -> list[str]:
    """Adds the written forms of the pieces to the model's embeddings and to the vocabulary."""
    forms = written_forms(vocabulary)
    bert.resize_token_embeddings(len(vocabulary) + len(forms), mean_resizing=False)
    weights = bert.embeddings.word_embeddings.weight
    with torch.no_grad():
        weights[len(vocabulary) :] = weights[[like for _, like in forms]]
    return vocabulary + [piece for piece, _ in forms]


def _replace(path: Path, content: bytes) -> None:
    """Writes beside and renames, so that a kill leaves no half file."""
    beside = path.with_suffix(".new")
    beside.write_bytes(content)
    beside.replace(path)


def _config(recipe: Recipe, size: int) -> BertConfig:
    return BertConfig(
        vocab_size=size,
        hidden_size=recipe.hidden,
        num_hidden_layers=recipe.layers,
        num_attention_heads=recipe.heads,
        intermediate_size=recipe.intermediate,
        max_position_embeddings=recipe.max_positions,
        hidden_dropout_prob=recipe.dropout,
        attention_probs_dropout_prob=recipe.dropout,
        pad_token_id=0,
    )
