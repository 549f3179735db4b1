"""An after-sales case as its buyer may see it."""

from __future__ import annotations

from collections.abc import Sequence

from kefu.orders.next_steps import case_step
from kefu.orders.shop_rules import ShopRules
from kefu.orders.views import CaseView, RefundView


def refund_views(cases: Sequence[CaseView], rules: ShopRules) -> list[RefundView]:
    """The refunds among the cases, in their order."""
    return [
        RefundView(
            case_no=case.case_no,
            order_no=case.order_no,
            kind=case.kind,
            status=case.status,
            amount_cents=case.amount_cents,
            reason=case.reason,
            created_at=case.created_at,
            next_step=case_step(
                case.kind, case.status, case.amount_cents, rules, until=case.return_by
            ),
        )
        for case in cases
        if case.kind in ("refund_only", "return_and_refund")
    ]
