"""From what a model wrote to one chat bubble: no thoughts, no markup, whole sentences only."""

from __future__ import annotations

import re

BUBBLE_CHARACTERS = 300
"""The longest answer that a buyer still reads on a phone without scrolling."""

_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)
_REFERENCE = re.compile(r"[\[【（(]资料\s*\d+[\]】）)]|\[\d+\]")
_MARKUP = re.compile(r"\*\*|__|`+|^[ \t]*(?:#+|[-*•])[ \t]+", re.MULTILINE)
_BLANK = re.compile(r"[ \t]*\n\s*")
_SENTENCE_END = re.compile(r"(?:[。！？!?…]|[～~](?!\d))+[”’』」）)】]*")


def strip_thinking(text: str) -> str:
    """`text` without what Qwen3 thinks aloud.

    A thought that `max_tokens` cut has no end: all of it goes. Some servers keep the opening tag
    in the prompt, so that only `</think>` comes back: all before it goes too.
    """
    text = _THOUGHT.sub("", text)
    text = text.rpartition("</think>")[2]
    return text.partition("<think>")[0].strip()


def to_bubble(text: str, *, finished: bool, characters: int = BUBBLE_CHARACTERS) -> str:
    """At most `characters` of `text`, without markup, ending with a whole sentence.

    Args:
        text: what the model wrote, thoughts removed.
        finished: False where the model ran out of tokens, so that its last sentence is a stump.
        characters: the longest bubble.

    Returns:
        The bubble; empty where not one sentence is whole.
    """
    text = _REFERENCE.sub("", text)
    text = _BLANK.sub("\n", _MARKUP.sub("", text)).strip()
    if finished and len(text) <= characters:
        return text
    ends = [end.end() for end in _SENTENCE_END.finditer(text) if end.end() <= characters]
    return text[: ends[-1]].strip() if ends else ""
