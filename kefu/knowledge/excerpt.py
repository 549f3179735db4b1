"""What of a passage fits into a chat bubble: whole sentences or list items, as written."""

from __future__ import annotations

import re
from collections.abc import Callable

from kefu.knowledge.chunking import sentences

_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")
_EMPHASIS = re.compile(r"\*\*|__|`")
_BULLET = re.compile(r"(?m)^[*+-][ \t]+")


def excerpt(text: str, longest: int, relevance: Callable[[str], float]) -> str:
    """The run of neighbouring sentences that says most, in at most `longest` characters.

    A text that fits is kept whole. Of runs that say as much the earliest wins, so an answer begins
    where the passage does whenever that loses nothing. A single sentence that is too long is cut.

    Args:
        text: a passage's Markdown.
        longest: characters that the bubble takes.
        relevance: how much a piece of text says about the question.
    """
    plain = plain_text(text)
    if len(plain) <= longest:
        return plain
    pieces = sentences(plain)
    best, most = "", -1.0
    for start in range(len(pieces)):
        run = ""
        for piece in pieces[start:]:
            if len((run + piece).strip()) > longest:
                break
            run += piece
        said = relevance(run)
        if run.strip() and said > most + 1e-9:
            best, most = run.strip(), said
    return best or plain[: longest - 1].rstrip() + "…"


def plain_text(markdown: str) -> str:
    """Markdown's marks taken out, words left alone: a chat window shows plain text."""
    text = _LINK.sub(r"\1", markdown)
    return _BULLET.sub("· ", _EMPHASIS.sub("", text)).strip()
