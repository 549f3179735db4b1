"""Which orders a buyer must have for a conversation to be led."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from tests.e2e.conversations.held import Held, Line, said_place


@dataclass(frozen=True)
class OrderNeeds:
    """What one order must be like.

    Attributes:
        status: its state, or one of these.
        lines: how many kinds of goods.
        quantity: pieces of the line that it is about; None: any.
        goods: codes of products, of that line; no other recent order of the buyer has one of them.
        category: categories of that line.
        unlike: categories that no line has.
        came: at least and at most so many days ago.
        bought: so many days ago, and no other recent order on that day.
        overdue: not dispatched when it should have been; None: not decisive.
        into: `size` or `color` in which another variant at the same price differs.
        in_stock: whether the line's own variant must be there to be sent anew.
        case: kind and state of its newest case; empty: it has none that is open.
        freight: whether the buyer paid any; None: not decisive.
        most: cents that it costs at most.
    """

    status: str | tuple[str, ...]
    lines: int = 1
    quantity: int | None = None
    goods: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    came: tuple[int, int] | None = None
    bought: int | None = None
    overdue: bool | None = None
    into: str | None = None
    in_stock: bool = False
    case: str = ""
    freight: bool | None = None
    most: int | None = None

    def found_in(self, held: Held, others: Sequence[Held]) -> Iterator[Held]:
        """The order with each line that it may be about."""
        if not self._fits(held, others):
            return
        for at, line in enumerate(held.lines):
            if self._fits_line(line):
                into = line.other(self.into) if self.into else None
                if into is not None or not self.into:
                    yield replace(held, at=at, into=into)

    def _fits(self, held: Held, others: Sequence[Held]) -> bool:
        said = {line.variant.code for other in others for line in other.lines}
        days = held.came_days_ago
        return (
            held.status in ((self.status,) if isinstance(self.status, str) else self.status)
            and len(held.lines) == self.lines
            and not {line.variant.category for line in held.lines} & set(self.unlike)
            and (held.case == self.case if self.case else not held.case_is_open)
            and (self.came is None or (days is not None and self.came[0] <= days <= self.came[1]))
            and self.overdue in (None, held.overdue)
            and self.freight in (None, bool(held.freight))
            and (self.most is None or held.total <= self.most)
            and not said & set(self.goods)
            and (
                self.bought is None
                or (
                    held.bought_days_ago == self.bought
                    and all(other.bought_days_ago != self.bought for other in others)
                )
            )
        )

    def _fits_line(self, line: Line) -> bool:
        return (
            self.quantity in (None, line.quantity)
            and (not self.goods or line.variant.code in self.goods)
            and (not self.category or line.variant.category in self.category)
            and (not self.in_stock or line.variant.stock >= line.quantity)
        )


@dataclass(frozen=True)
class Needs:
    """The orders of a conversation by name, and how many like them its task offers.

    Attributes:
        orders: by the names that the conversation uses.
        offered: states of the orders that the task may be about.
        count: at least and at most so many of the newest are in these states; None: any number.
        open_cases: how many of the newest have a case that is not closed; None: any number.
    """

    orders: Mapping[str, OrderNeeds]
    offered: frozenset[str] = frozenset()
    count: tuple[int, int] | None = None
    open_cases: int | None = None

    def found_in(self, newest: Sequence[Held]) -> dict[str, Held] | None:
        """The orders of a buyer with these newest ones; None where they do not fit."""
        offered = [held.number for held in newest if held.status in self.offered]
        if self.count and not self.count[0] <= len(offered) <= self.count[1]:
            return None
        if self.open_cases not in (None, sum(held.case_is_open for held in newest)):
            return None
        for chosen in permutations(newest, len(self.orders)):
            found = {}
            for (name, needs), held in zip(self.orders.items(), chosen, strict=True):
                others = [other for other in newest if other is not held]
                fitting = next(needs.found_in(held, others), None)
                if fitting is None:
                    break
                if held.number in offered:
                    fitting = replace(fitting, place=said_place(offered.index(held.number) + 1))
                found[name] = fitting
            else:
                return found
        return None
