"""Whether a reason tells of a fault, and of which kind: 少发了一件, 质量挺好就是不喜欢."""

from __future__ import annotations

import re

from kefu.orders.commands import Problem
from kefu.orders.shop_rules import ShopRules

_KINDS: tuple[tuple[str, Problem], ...] = (
    (r"少发|漏发|缺件|少了", "missing"),
    (r"发错|错发|寄错|错寄", "wrong_item"),
)


def reports_fault(reason: str, rules: ShopRules) -> bool:
    """Whether the reason tells of a fault; `没有质量问题，就是不喜欢` does not."""
    rest = re.sub(rules.problems.no_fault_words, "", reason)
    return re.search(rules.problems.fault_words, rest) is not None


def kind_of_fault(reason: str) -> Problem:
    """What kind of fault a reason that reports one is about."""
    for pattern, kind in _KINDS:
        if re.search(pattern, reason):
            return kind
    return "defect"
