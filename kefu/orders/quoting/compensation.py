"""Money without goods going back: a price that fell, late dispatch, advanced freight, goodwill."""

from __future__ import annotations

from kefu.orders.commands import Quote, QuoteLine, RequestCompensation
from kefu.orders.facts import ItemFacts
from kefu.orders.money import format_money
from kefu.orders.periods import said_day, said_moment
from kefu.orders.quoting.money import cut, left_cents, paid_cents, remaining
from kefu.orders.quoting.scene import Scene
from kefu.orders.sentences import refuse, say


def request_compensation(command: RequestCompensation, scene: Scene) -> Quote:
    """By ground; what no rule computes is for a person, with the amount left open."""
    scene.check_case("request_compensation")
    rules = getattr(scene.rules.compensation, command.ground)
    before = sum(
        case.ground == command.ground and case.kind == "compensation" and case.counts
        for case in scene.facts.cases
    )
    if before >= rules.times:
        raise refuse("compensation.again", times=rules.times)
    if command.ground == "price_drop":
        return _price_drop(command, scene)
    if command.ground == "late":
        return _late(command, scene)
    return _by_person(command, scene)


def _price_drop(command: RequestCompensation, scene: Scene) -> Quote:
    rules = scene.rules.compensation.price_drop
    paid_at = scene.paid_at()
    if rules.period.over(paid_at, scene.now, scene.zone):
        last_day = said_day(rules.period.last_day(paid_at, scene.zone))
        raise refuse("compensation.price_drop_late", period=rules.period, last_day=last_day)
    rest = remaining(scene.facts)
    protected = [line for line in rest if scene.item(line.sku).category not in rules.excluded]
    if rest and not protected:
        raise refuse("compensation.price_drop_excluded")
    dropped = [
        QuoteLine(line.sku, line.quantity, _difference(line, scene.item(line.sku)))
        for line in protected
    ]
    left = left_cents(scene.facts)
    most = left if rules.up_to_cents is None else min(left, rules.up_to_cents)
    lines = cut([line for line in dropped if line.amount_cents > 0], most)
    amount = sum(line.amount_cents for line in lines)
    if amount == 0:
        raise refuse("compensation.no_drop")
    automatic = scene.within(scene.rules.automatic_up_to_cents.price_drop, amount)
    return Quote(
        command=command,
        order_no=scene.facts.order_no,
        summary=say(
            "compensation.price_drop",
            period=rules.period,
            money=format_money(amount),
            times=rules.times,
            working_days=scene.rules.waiting.payment_working_days,
            review=scene.review(automatic),
        ),
        amount_cents=amount,
        freight_paid_by=None,
        automatic=automatic,
        kind="compensation",
        ground="price_drop",
        event="request_compensation",
        lines=lines,
    )


def _difference(line: QuoteLine, item: ItemFacts) -> int:
    """What the pieces that are left would cost less today; 0 where they are no longer sold."""
    if item.current_price_cents is None:
        return 0
    return max(0, line.amount_cents - line.quantity * item.current_price_cents)


def _late(command: RequestCompensation, scene: Scene) -> Quote:
    rules, facts = scene.rules.compensation.late, scene.facts
    if facts.hold_until is not None:
        raise refuse("compensation.held")
    if facts.ship_by is None or (facts.shipped_at or scene.now) <= facts.ship_by:
        ship_by = f"（{said_moment(facts.ship_by, scene.zone)}）" if facts.ship_by else ""
        raise refuse("compensation.not_late", ship_by=ship_by)
    share = paid_cents(facts) * rules.percent // 100
    amount = min(max(share, rules.at_least_cents), rules.up_to_cents)
    automatic = scene.within(scene.rules.automatic_up_to_cents.late, amount)
    return Quote(
        command=command,
        order_no=facts.order_no,
        summary=say(
            "compensation.late",
            money=format_money(amount),
            percent=rules.percent,
            at_least=format_money(rules.at_least_cents),
            up_to=format_money(rules.up_to_cents),
            valid=rules.coupon_valid,
            review=scene.review(automatic),
        ),
        amount_cents=amount,
        freight_paid_by=None,
        automatic=automatic,
        kind="compensation",
        ground="late",
        event="request_compensation",
        tender="coupon",
    )


def _by_person(command: RequestCompensation, scene: Scene) -> Quote:
    return Quote(
        command=command,
        order_no=scene.facts.order_no,
        summary=say(
            f"compensation.{command.ground}",
            review=scene.rules.waiting.review_within,
            up_to=format_money(scene.rules.compensation.freight.up_to_cents),
            evidence=scene.evidence(command.ground, command.evidence),
        ),
        amount_cents=0,
        freight_paid_by=None,
        automatic=False,
        kind="compensation",
        ground=command.ground,
        event="request_compensation",
    )
