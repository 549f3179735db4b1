"""The score in a buyer's rating: 5分, 四颗星, 满分, 不满意."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

WORST, BEST = 1, 5

_DIGITS = {letter: value for value, letter in enumerate("零一二三四五六七八九十")} | {"两": 2}
_NUMBER = r"-?\d+(?:\.\d+)?|[零一二两三四五六七八九十百]{1,4}"
_POINTS = re.compile(rf"({_NUMBER})(半)?(?:分|颗?星|颗半|颗|个星)(半)?(?!不?[满滿]意)")
_BARE = re.compile(rf"({_NUMBER})(半)?(?:分|星|颗星|颗|个星)?(半)?")
_FULL = re.compile(r"[满滿]分|[满滿]星")
# What is not meant: 不是3是5, 扣的那一分, 满分10分.
_NOT_MEANT = re.compile(
    rf"(?:不是|本来|原来|扣|少|差)(?:的|那|了|掉)*(?:{_NUMBER})(?:分|颗?星|颗)?|(?:[满滿]分|总分)(?:{_NUMBER})分?"
)
# Each from the strongest word on; what denies comes before what it denies.
_WORDS: tuple[tuple[re.Pattern[str], int], ...] = tuple(
    (re.compile(words), score)
    for words, score in (
        (r"(?:非常|很|特别|极其?|十分|太|相当)不[满滿]意|差评|垃圾|最差|很差|太差|差得很|失望", 1),
        (r"(?:不|唔|没有?|说不上|谈不上)(?:太|怎么|咋|大|够|是很)?[满滿]意|不好|差劲", 2),
        (r"一般|还行|凑合|中评|马马虎虎|就那样|不好不坏|普通|及格", 3),
        (
            r"(?:非常|很|特别|十分|超级?|超|相当|完全|百分百)(?:的|之)?[满滿]意|好评|完美|最好|没得挑|点赞",
            5,
        ),
        (r"[满滿]意|不错|挺好|可以|蛮好|好", 4),
    )
)


@dataclass(frozen=True)
class Rating:
    """What a message says: `score` from 1 to 5, or None; `out_of_range` where it says another."""

    score: int | None = None
    out_of_range: bool = False


def rating_in(text: str, marked: Sequence[str] = ()) -> Rating:
    """The one score that a message gives.

    Args:
        text: the message.
        marked: the entities `score` in it. Numbers count only there, or with 分 or 星 after them.

    Two different scores in one message (态度五分，速度三分) are none; words count where there is no
    number.
    """
    if _FULL.search(text) and not re.search(r"\d", text):
        return Rating(BEST)
    rest = _NOT_MEANT.sub("", text)
    said = [_value(hit) for hit in _POINTS.finditer(rest)]
    said += [_value(hit) for one in marked if one in rest and (hit := _BARE.fullmatch(one.strip()))]
    values = set(said)
    if len(values) == 1:
        (value,) = values
        whole = value == int(value) and WORST <= value <= BEST
        return Rating(int(value)) if whole else Rating(out_of_range=True)
    if values:
        return Rating()
    return Rating(next((score for words, score in _WORDS if words.search(text)), None))


def _value(hit: re.Match[str]) -> float:
    number, *half = hit.groups()
    whole = _chinese(number) if number[0] in _DIGITS or number[0] == "百" else float(number)
    return whole + (0.5 if any(half) or "颗半" in hit[0] else 0.0)


def _chinese(number: str) -> float:
    """Up to 九十九; whatever holds 百 is a hundred or more."""
    if "百" in number:
        return 100.0
    tens, ten, ones = number.rpartition("十")
    if not ten:
        return float("".join(str(_DIGITS[letter]) for letter in number))
    return 10.0 * (_chinese(tens) if tens else 1) + (_chinese(ones) if ones else 0)
