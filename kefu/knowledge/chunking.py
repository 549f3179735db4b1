"""From an article to passages: pieces short enough to match one question and to read in a chat.

A passage ends where the text ends a thought: at a heading, else between paragraphs or list items,
else between sentences, and inside a sentence only when that alone is longer than a passage.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kefu.knowledge.documents import HEADING, Article

LONGEST = 300  # characters
_STEP = 10  # characters, of the search for passages of even length
_LIST_ITEM = re.compile(r"(?:[-*+•]|\d{1,3}[.)、]|[（(]\d{1,3}[)）])[ \t]*(?=\S)")
_SENTENCE = re.compile(r".+?(?:[。！？!?…]+[”’」』）)\"']*|\n|$)", re.DOTALL)
_CLAUSE = re.compile(r".+?(?:[，；、,;：:]|$)", re.DOTALL)
_LEADS_IN = ("：", ":")


@dataclass(frozen=True)
class Passage:
    """A piece of an article; `text` is the article's own words, in its order.

    `id` is `<slug>#<number>`, counted from 0; `heading` is the one that it stands under, or "".
    """

    id: str
    slug: str
    title: str
    text: str
    intents: tuple[str, ...]
    heading: str = ""


def split(article: Article, longest: int = LONGEST) -> tuple[Passage, ...]:
    """The article's passages, each of at most `longest` characters, none empty."""
    texts = [
        (heading, text)
        for heading, blocks in _sections(article.body)
        for text in _balanced(blocks, longest)
    ]
    return tuple(
        Passage(
            f"{article.slug}#{number}", article.slug, article.title, text, article.intents, heading
        )
        for number, (heading, text) in enumerate(texts)
    )


def sentences(text: str) -> list[str]:
    """`text` cut after each sentence and at each line break; joined they give `text` again."""
    return [match.group() for match in _SENTENCE.finditer(text)]


def _sections(body: str) -> Iterator[tuple[str, list[str]]]:
    """Headings, each with the paragraphs and list items below it."""
    heading, blocks = "", list[str]()
    paragraph_open = False
    for raw in body.splitlines():
        line = raw.strip()
        if match := HEADING.fullmatch(line):
            if blocks:
                yield heading, blocks
            heading, blocks, paragraph_open = match["text"], [], False
        elif not line:
            paragraph_open = False
        elif not paragraph_open or _LIST_ITEM.match(line):
            blocks.append(line)
            paragraph_open = True
        else:  # a soft line break; Chinese has no space there
            ascii_edge = blocks[-1][-1].isascii() and line[0].isascii()
            blocks[-1] += (" " if ascii_edge else "") + line
    if blocks:
        yield heading, blocks


def _balanced(blocks: list[str], longest: int) -> list[str]:
    """As few passages as possible, of about the same length: a stray last line finds little."""
    fewest = list(_pack(blocks, longest))
    whole = [len(block) for block in blocks if len(block) <= longest]
    even = sum(map(len, fewest)) // len(fewest)
    for limit in range(max([even, *whole]), longest, _STEP):
        texts = list(_pack(blocks, limit))
        if len(texts) == len(fewest):
            return texts
    return fewest


def _pack(blocks: list[str], longest: int) -> Iterator[str]:
    """Fill passages with whole blocks; a block that fits in none is cut between sentences."""
    held: list[str] = []
    for block in blocks:
        if len("\n".join([*held, block])) <= longest:
            held.append(block)
            continue
        # A line like 「需要满足：」 belongs to the list below it.
        lead = held[-1:] if held and held[-1].endswith(_LEADS_IN) else []
        if lead and len("\n".join([*lead, block])) > longest:
            lead = []
        if kept := held[: len(held) - len(lead)]:
            yield "\n".join(kept)
        held = lead
        if len(block) <= longest:
            held = [*lead, block]
        else:
            *whole, last = _fill(block, longest)
            yield from whole
            held = [last]
    if held:
        yield "\n".join(held)


def _fill(block: str, longest: int) -> list[str]:
    """One long block as pieces: sentences first, then clauses, then characters."""
    pieces: list[str] = []
    for sentence in sentences(block):
        units = [sentence] if len(sentence) <= longest else _CLAUSE.findall(sentence)
        for unit in units:
            for start in range(0, len(unit), longest):
                part = unit[start : start + longest]
                if pieces and len(pieces[-1]) + len(part) <= longest:
                    pieces[-1] += part
                else:
                    pieces.append(part)
    return [piece.strip() for piece in pieces if piece.strip()]
