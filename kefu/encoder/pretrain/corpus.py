"""From text files to packed examples of characters."""

from __future__ import annotations

import hashlib
import io
import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jieba
import numpy as np
import yaml
import zstandard
from numpy.typing import NDArray

from kefu.encoder.pretrain.pairs import worth_cutting
from kefu.encoder.pretrain.recipe import Recipe
from kefu.encoder.pretrain.vocabulary import CLS, SEP, UNK
from kefu.errors import SettingsError

PROJECT = "project"


@dataclass(frozen=True)
class Examples:
    """Packed examples; `n` of them, each `length` word pieces.

    Attributes:
        pieces: (n, length) uint16, `[CLS] first [SEP] second [SEP] [PAD]…`.
        starts: (n, length) bool, True where a word begins; False on special pieces.
        split: (n,) position of the first [SEP].
    """

    pieces: NDArray[np.uint16]
    starts: NDArray[np.bool_]
    split: NDArray[np.int64]


def read_lines(recipe: Recipe, corpus: Path, home: Path) -> tuple[list[str], str]:
    """The sampled lines, documents kept in order, and a hash over all of them.

    Raises:
        SettingsError: a source that the recipe names is not there.
    """
    chooser = random.Random(recipe.seed)  # noqa: S311  sampling, not secrets
    blocks: list[list[str]] = []
    for source, passes in recipe.sources.items():
        if source == PROJECT:
            lines = list(project_lines(home))
        else:
            lines = list(_compressed_lines(_source_file(corpus, source)))
        chunks = [lines[start : start + 50] for start in range(0, len(lines), 50)]
        blocks += chunks * int(passes)
        blocks += chooser.sample(chunks, round(len(chunks) * (passes % 1)))
    chooser.shuffle(blocks)
    lines = [unicodedata.normalize("NFKC", line).lower() for block in blocks for line in block]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return lines, digest[:16]


def read_passages(recipe: Recipe, corpus: Path) -> list[str]:
    """Lines of the corpus that are long enough for two cuts, no source more than once.

    Raises:
        SettingsError: a source that the recipe names is not there.
    """
    chooser = random.Random(recipe.seed)  # noqa: S311  sampling, not secrets
    passages: list[str] = []
    for source, passes in recipe.sources.items():
        if source != PROJECT:
            lines = _compressed_lines(_source_file(corpus, source))
            long = [line for line in lines if worth_cutting(line)]
            passages += chooser.sample(long, round(len(long) * min(1.0, passes)))
    return [unicodedata.normalize("NFKC", line).lower() for line in passages]


def project_lines(home: Path) -> Iterator[str]:
    """The training utterances and the articles of this repository, without markup."""
    for path in sorted((home / "data" / "nlu").glob("*.yml")):
        for _, text in utterances(path):
            yield text
    for path in sorted((home / "kb").glob("*.md")):
        for line in path.read_text(encoding="utf-8").splitlines():
            text = line.strip(" -#*>|")
            if len(text) >= 6 and ":" not in text[:12]:
                yield text


def utterances(path: Path) -> Iterator[tuple[str, str]]:
    """Pairs (intent, text) of a Rasa NLU file, entity markup removed."""
    content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    for group in content.get("nlu", []):
        if "intent" not in group:
            continue
        for line in str(group["examples"]).splitlines():
            text = re.sub(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})", r"\1", line.removeprefix("- "))
            if text.strip():
                yield group["intent"], text.strip()


def pack(lines: list[str], vocabulary: list[str], length: int) -> Examples:
    """Consecutive lines side by side until an example is full; a line is cut where it must be.

    A rest of fewer than eight pieces that fits nowhere is left out.
    """
    index = {piece: number for number, piece in enumerate(vocabulary)}
    rows: list[tuple[list[int], list[bool], int]] = []
    room = length - 3
    pending: list[tuple[list[int], list[bool]]] = []

    def flush() -> None:
        if not pending:
            return
        whole = [piece for pieces, _ in pending for piece in pieces]
        begins = [begin for _, flags in pending for begin in flags]
        if len(pending) > 1:
            half = len(pending) // 2
            cut = sum(len(pieces) for pieces, _ in pending[:half])
        else:
            cut = len(whole) // 2
        rows.append((whole, begins, cut))
        pending.clear()

    for line in lines:
        pieces, begins = _segment(line, index)
        for start in range(0, len(pieces), room):
            part, flags = pieces[start : start + room], begins[start : start + room]
            if sum(len(held) for held, _ in pending) + len(part) > room:
                flush()
            pending.append((part, flags))
    flush()
    rows = [row for row in rows if len(row[0]) >= 8]
    packed = np.zeros((len(rows), length), dtype=np.uint16)
    starts = np.zeros((len(rows), length), dtype=np.bool_)
    split = np.zeros(len(rows), dtype=np.int64)
    for number, (whole, flags, cut) in enumerate(rows):
        packed[number, : len(whole) + 3] = [CLS, *whole[:cut], SEP, *whole[cut:], SEP]
        starts[number, 1 : cut + 1] = flags[:cut]
        starts[number, cut + 2 : len(whole) + 2] = flags[cut:]
        split[number] = cut + 1
    return Examples(packed, starts, split)


def _segment(line: str, index: dict[str, int]) -> tuple[list[int], list[bool]]:
    pieces: list[int] = []
    begins: list[bool] = []
    for word in jieba.cut(line):
        if word.isspace():
            continue
        latin = word.isascii() and word.isalnum()
        for place, character in enumerate(word):
            piece = f"##{character}" if latin and place else character
            pieces.append(index.get(piece, UNK))
            begins.append(place == 0)
    return pieces, begins


def _source_file(corpus: Path, source: str) -> Path:
    found = sorted(corpus.glob(f"{source}.*txt.zst"))
    if not found:
        raise SettingsError(
            f"{corpus} has no file for the source '{source}'; pass the folder with the corpus "
            "files, or take the source out of the recipe."
        )
    return found[0]


def _compressed_lines(path: Path) -> Iterator[str]:
    with path.open("rb") as raw:
        stream = zstandard.ZstdDecompressor().stream_reader(raw)
        for line in io.TextIOWrapper(stream, encoding="utf-8"):
            yield line.rstrip("\n")
