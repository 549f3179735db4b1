"""Whether words agree plainly: NLU alone does not move money."""

from __future__ import annotations

import re

_CONSENT = re.compile(
    r"[确確][认定認]|[好对對行嗯恩是成中妥得嘛]|可以|同意|要的|没错|没问题|没毛病|提交|就这样|当然|必须"
    r"|[办退换改撤开交推领]|取消|延长|o+k|\by(?:es)?\b|^1$|[👌👍✅]",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"不(?:要|用|行|对|是|好|办|退|换|改|撤|开|确|同意|提交|可以|需要|了|想|必|急)|别|先等|再说|再想"
    r"|还没|没(?:想|同意|确)|\bno\b|\bnot\b",
    re.IGNORECASE,
)
# Nothing but that: 不对 不改了. 不是这单 goes on about an order.
_ONLY_A_NO = re.compile(
    r"[\s，,。.!！~～；;]*(?:(?:那|我|还是|先|就)*(?:不[对是行好用想要]?再?[办退换改撤开弄搞交]?|别[办退换改撤开弄搞交]|算)"
    r"[了吧啦哈呢哦]*[\s，,。.!！~～；;]*)+"
)
_OTHER_SCRIPT = re.compile(r"[\u3040-\u30ff\uac00-\ud7af\u0400-\u04ff]")  # kana, hangul, cyrillic


def plainly_agrees(text: str) -> bool:
    """Whether a message that NLU takes for a yes holds a word of consent and none of refusal.

    No words at all are a button: that agrees.
    """
    if not text:
        return True
    if _OTHER_SCRIPT.search(text) or _REFUSAL.search(text):
        return False
    return _CONSENT.search(text) is not None


def plainly_refuses(text: str) -> bool:
    """Whether a message that NLU is not sure of says no and nothing else."""
    return _ONLY_A_NO.fullmatch(text) is not None
