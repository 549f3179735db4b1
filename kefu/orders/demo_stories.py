"""How after-sales cases of the demo shop go, and those that are no refunds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

# Who, what happens, where the case stands then.
Step = tuple[str, str, str]

# What happens to a case until it is done.
COURSES: dict[str, tuple[Step, ...]] = {
    "refund_only": (
        ("buyer", "request_refund", "paying"),
        ("system", "pay", "refunded"),
    ),
    "return_and_refund": (
        ("buyer", "request_refund", "awaiting_return"),
        ("buyer", "return_sent", "returning"),
        ("shop", "accept_return", "paying"),
        ("system", "pay", "refunded"),
    ),
    "exchange": (
        ("buyer", "request_exchange", "awaiting_return"),
        ("buyer", "return_sent", "returning"),
        ("shop", "accept_return", "resending"),
        ("shop", "resend", "exchanged"),
    ),
    "compensation": (
        ("buyer", "request_compensation", "paying"),
        ("system", "pay", "refunded"),
    ),
}
# A person looks at these first.
REVIEWED: dict[str, tuple[Step, ...]] = {
    "reviewing": (),
    "refused": (("shop", "refuse", "refused"),),
    "withdrawn": (("buyer", "withdraw_case", "withdrawn"),),
}


@dataclass(frozen=True)
class Story:
    """A case that is no refund; `cents` is what it pays at most."""

    kind: str
    status: str
    ground: str
    reason: str
    cents: int = 0
    tender: str = "money"
    evidence: tuple[str, ...] = ()


# fmt: off
STORIES = (
    Story("exchange", "awaiting_return", "no_reason", "大了一码，想换小一号"),
    Story("exchange", "returning", "no_reason", "颜色想换一个"),
    Story("exchange", "resending", "defect", "有一处开线，换个新的", evidence=("开线的照片",)),
    Story("exchange", "reviewing", "defect", "拉链拉不上", evidence=("拉链的照片",)),
    Story("exchange", "exchanged", "no_reason", "尺码不合适"),
    Story("exchange", "withdrawn", "no_reason", "算了先不换了"),
    Story("compensation", "paying", "price_drop", "刚买完就降价了", 1_500),
    Story("compensation", "refunded", "price_drop", "隔天便宜了二十块", 2_000),
    Story("compensation", "refunded", "late", "说好两天发货，拖了五天", 500, "coupon"),
    Story("compensation", "reviewing", "freight", "质量问题退货，运费是我垫的", 1_200,
          evidence=("运费截图",)),
    Story("compensation", "refused", "other", "包装有点瘪", 1_000),
)
# fmt: on


def course(kind: str, status: str, *, automatic: bool) -> Iterator[Step]:
    """What has happened to a case of that kind that stands at `status`."""
    steps = COURSES[kind]
    if status in REVIEWED or not automatic:
        actor, event, first = steps[0]
        yield actor, event, "reviewing"
        if status in REVIEWED:
            yield from REVIEWED[status]
            return
        steps = (("shop", "approve", first), *steps[1:])
    for step in steps:
        yield step
        if step[2] == status:
            return
