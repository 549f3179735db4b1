"""Random buyers, orders, commands, crashes and retries, the same against every database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kefu.orders import commands as c
from tests.orders.machine import shop_moves
from tests.orders.machine.book import Case, Order
from tests.orders.machine.decide import decide
from tests.orders.machine.desk import Desk
from tests.orders.machine.goods import BUYERS, CATALOGUE, DAY, HOUR, day_of
from tests.orders.machine.sabotage import Crash
from tests.orders.machine.wishes import wishes
from tests.orders.machine.worlds import World, answer

SKUS = tuple(CATALOGUE)
GOODS = st.dictionaries(st.sampled_from(SKUS), st.integers(1, 3), min_size=1, max_size=3)
SURROUNDINGS = ("order", "time", "shelf")  # never two of them one after the other
CENTS = st.one_of(*[st.none()] * 5, st.integers(0, 16_000))
CRASHES = st.one_of(
    st.none(),
    st.none(),
    st.none(),
    st.builds(Crash, st.just("statement"), st.integers(1, 18)),
    st.sampled_from([Crash("before_commit"), Crash("after_commit")]),
)


class Shop(RuleBasedStateMachine):
    """Every rule is a step. `worlds` are cleared for each run."""

    def __init__(self, worlds: Sequence[World], tally: Counter[str]) -> None:
        super().__init__()
        self.desk = Desk(worlds, tally)
        self.book = self.desk.book
        self.last = ""
        self.sound = True

    @initialize(goods=st.lists(GOODS, min_size=3, max_size=3), ahead=st.integers(0, 5))
    def begin(self, goods: list[dict[str, int]], ahead: int) -> None:
        """Each buyer has an order, most of them on their way."""
        for number, (buyer, chosen) in enumerate(zip(BUYERS, goods, strict=True)):
            order = self.desk.place(buyer, chosen, 0)
            for event in ("pay", "ship", "deliver")[: max(0, ahead - number)] if order else ():
                assert order is not None
                self.desk.order_event(order, event)

    @precondition(lambda self: self.last not in SURROUNDINGS and len(self.book.alive()) < 8)
    @rule(
        buyer=st.sampled_from(BUYERS),
        goods=GOODS,
        coupon=st.sampled_from([0, 0, 1, 999, 15_000]),
    )
    def a_buyer_orders(self, buyer: str, goods: dict[str, int], coupon: int) -> None:
        self._step("order")
        self.desk.place(buyer, goods, coupon)

    @precondition(lambda self: self.last not in SURROUNDINGS)
    @rule(hours=st.sampled_from([1, 5, 20, 30, 50, 80, 0]))
    def time_passes(self, hours: int) -> None:
        """So many hours; 0 until the last days before a receipt confirms itself."""
        self._step("time")
        days = [
            (order.deadline - 2 * DAY - self.book.now) // HOUR
            for order in self.book.alive()
            if order.status == "delivered" and order.deadline is not None
        ]
        self.desk.pass_time(hours or min((ahead for ahead in days if ahead > 0), default=1))

    @precondition(lambda self: self.last not in SURROUNDINGS)
    @rule(
        sku=st.sampled_from(SKUS), pieces=st.integers(0, 3), percent=st.sampled_from([60, 95, 100])
    )
    def the_shelf_changes(self, sku: str, pieces: int, percent: int) -> None:
        self._step("shelf")
        cents = CATALOGUE[sku].cents * percent // 100
        filled = shop_moves.restock(self.book, sku, pieces)
        self.desk.move([*filled, *shop_moves.reprice(self.book, sku, cents)])

    @precondition(lambda self: shop_moves.order_pairs(self.book))
    @rule(data=st.data(), crash=CRASHES)
    def an_order_goes_on(self, data: st.DataObject, crash: Crash | None) -> None:
        number, event = data.draw(st.sampled_from(shop_moves.order_pairs(self.book)))
        self._step(event)
        self.desk.order_event(self.book.orders[number], event, crash)

    @precondition(lambda self: shop_moves.case_pairs(self.book))
    @rule(data=st.data(), crash=CRASHES, further=st.integers(0, 3))
    def a_case_goes_on(self, data: st.DataObject, crash: Crash | None, further: int) -> None:
        """Some events of one case, mostly as the clerk would have them."""
        number, event = data.draw(st.sampled_from(shop_moves.case_pairs(self.book)))
        order = self.book.orders[number]
        case = order.open_case
        assert case is not None
        self._decide(data, order, case, event, crash)
        for _ in range(further):
            likely = shop_moves.likely_case_events(order)
            if likely:
                self.all_is_one()
                self._decide(data, order, case, data.draw(st.sampled_from(likely)), None)

    @precondition(lambda self: any(order.cases for order in self.book.orders.values()))
    @rule(data=st.data(), cents=CENTS)
    def somebody_errs(self, data: st.DataObject, cents: int | None) -> None:
        """A clerk takes one number, event or amount for another."""
        chosen = data.draw(st.sampled_from([o for o in self.book.orders.values() if o.cases]))
        self._step("shop errs")
        if data.draw(st.booleans()):
            self.desk.order_event(chosen, data.draw(st.sampled_from(shop_moves.ORDER_EVENTS)))
            return
        case = data.draw(st.sampled_from(chosen.cases))
        event = data.draw(st.sampled_from(list(shop_moves.CASE_EVENTS)))
        self.desk.case_event(chosen, case, shop_moves.Decision(event, cents))

    @precondition(lambda self: shop_moves.quiet(self.book))
    @rule(data=st.data())
    def the_courier_tells(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(shop_moves.quiet(self.book)))
        self._step("news")
        self.desk.move(shop_moves.news(self.book, self.book.orders[number]))

    @rule(data=st.data(), crash=CRASHES)
    def a_buyer_wishes(self, data: st.DataObject, crash: Crash | None) -> None:
        """And the server may die of it."""
        order, command = self._wish(data)
        self._step("wish")
        self.desk.send(order.buyer, command, self.desk.new_key(), crash)

    @precondition(lambda self: self.desk.unanswered)
    @rule(data=st.data(), crash=CRASHES)
    def the_front_end_tries_again(self, data: st.DataObject, crash: Crash | None) -> None:
        at = data.draw(st.integers(0, len(self.desk.unanswered) - 1))
        self._step("retry")
        self.desk.send(*self.desk.unanswered.pop(at), crash)

    @precondition(lambda self: self.book.answered)
    @rule(data=st.data(), same=st.booleans())
    def a_key_comes_twice(self, data: st.DataObject, same: bool) -> None:
        """With the same command, or with something else."""
        buyer, key = data.draw(st.sampled_from(list(self.book.answered)))
        command, _ = self.book.answered[buyer, key]
        if not same:
            own = [wish for order in self.book.of(buyer) for wish in wishes(self.book, order)]
            command = data.draw(st.sampled_from(own))
        self._step("key")
        self.desk.send(buyer, command, key)

    @rule(data=st.data(), how=st.sampled_from(["pry", "pry", "look", "quote"]))
    def somebody_only_asks(self, data: st.DataObject, how: str) -> None:
        """With another's numbers and keys, for what is there for them, or what a wish costs."""
        order, command = self._wish(data)
        self._step(how)
        if how == "quote":
            self._quote(order, command)
            return
        buyer = data.draw(st.sampled_from(BUYERS))
        if how == "look" or buyer == order.buyer:
            self._look(order, buyer)
            return
        if data.draw(st.booleans()):
            told = self.desk.both(lambda world: answer(lambda: world.service.quote(buyer, command)))
        else:
            keys = [key for owner, key in self.book.answered if owner == order.buyer]
            key = data.draw(st.sampled_from([self.desk.new_key(), *keys]))
            told = self.desk.send(buyer, command, key)
        assert told.kind == "missing"

    @invariant()
    def all_is_one(self) -> None:
        self.desk.check()
        self.sound = True

    def teardown(self) -> None:
        if self.sound:  # else a step has just told what is wrong
            self.desk.audit()

    def _decide(
        self, data: st.DataObject, order: Order, case: Case, event: str, crash: Crash | None
    ) -> None:
        """Seldom with an amount or a day of the clerk's own, except where nobody else says it."""
        self._step(f"case {event}")
        cents = until = None
        if event in (*shop_moves.GIVES, "pay_instead"):
            said = CENTS if case.cents or case.kind == "exchange" else st.integers(0, 5_000)
            cents = data.draw(said)
        if event == "approve":
            days = data.draw(st.sampled_from([None, None, 3, -1]))
            until = None if days is None else day_of(self.book.now + days * DAY)
        said_so = shop_moves.Decision(event, cents, until)
        self.desk.case_event(order, case, said_so, crash)

    def _step(self, what: str) -> None:
        self.last, self.sound = what, False
        self.desk.tally["steps"] += 1
        self.desk.tally[what] += 1

    def _wish(self, data: st.DataObject) -> tuple[Order, c.Command]:
        """Mostly a command that is granted, often where a case is open or a deadline is near."""
        alive = self.book.alive()
        busy = [order.number for order in alive if order.open_case]
        due = [
            order.number
            for order in alive
            if order.deadline and order.deadline - 3 * DAY <= self.book.now < order.deadline
        ]
        some = data.draw(
            st.sampled_from([pool for pool in (list(self.book.orders), busy, due) if pool])
        )
        order = self.book.orders[data.draw(st.sampled_from(some))]
        asked = wishes(self.book, order)
        if data.draw(st.integers(0, 3)) < 3:
            asked = [wish for wish in asked if decide(self.book, order, wish)] or asked
        kind = data.draw(st.sampled_from(sorted({c.name(wish) for wish in asked})))
        return order, data.draw(st.sampled_from([w for w in asked if c.name(w) == kind]))

    def _quote(self, order: Order, command: c.Command) -> None:
        plan = decide(self.book, order, command)
        quoted = self.desk.both(
            lambda world: answer(lambda: world.service.quote(order.buyer, command))
        )
        assert quoted.kind == ("refused" if plan is None else "done")
        if plan is not None:
            told = (quoted.told.amount_cents, quoted.told.automatic, quoted.told.kind)
            assert told == (plan.cents, plan.automatic, plan.kind)

    def _look(self, order: Order, buyer: str) -> None:
        """All of the buyer's own is there and nobody's else, by whole numbers and by their ends."""
        own = {mine.number: mine.status for mine in self.book.of(buyer)}
        cases = {case.number: case.status for mine in self.book.of(buyer) for case in mine.cases}
        for world, number in zip(self.desk.worlds, (order.number, order.number[-8:]), strict=False):
            found = world.service.recent_orders(buyer, 100)
            assert {view.order_no: str(view.status) for view in found} == own
            seen = world.service.cases(buyer, 100)
            assert {view.case_no: str(view.status) for view in seen} == cases
            told = answer(lambda world=world, number=number: world.service.order(buyer, number))
            assert told.kind == ("done" if order.buyer == buyer else "missing")
