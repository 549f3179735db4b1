"""What a command would do to an order now: pure rules over its facts, a quote or a refusal."""

from kefu.orders.quoting.dispatch import quote
from kefu.orders.quoting.faults import kind_of_fault, reports_fault
from kefu.orders.quoting.limits import compensation_limit
from kefu.orders.quoting.money import left_cents, refund_event, remaining

__all__ = [
    "compensation_limit",
    "kind_of_fault",
    "left_cents",
    "quote",
    "refund_event",
    "remaining",
    "reports_fault",
]
