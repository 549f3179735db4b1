"""From a command to the rule that quotes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from kefu.errors import OrderError
from kefu.orders import commands as c
from kefu.orders.facts import OrderFacts
from kefu.orders.quoting.cases import return_sent, withdraw_case
from kefu.orders.quoting.changes import change_address, change_item, delay_shipment
from kefu.orders.quoting.compensation import request_compensation
from kefu.orders.quoting.exchanges import request_exchange
from kefu.orders.quoting.invoices import request_invoice
from kefu.orders.quoting.problems import report_problem
from kefu.orders.quoting.receipts import confirm_receipt, extend_receipt
from kefu.orders.quoting.refunds import cancel_order, request_refund
from kefu.orders.quoting.scene import Scene
from kefu.orders.shop_rules import ShopRules

_RULES: dict[type[Any], Callable[[Any, Scene], c.Quote]] = {
    c.CancelOrder: cancel_order,
    c.ChangeAddress: change_address,
    c.ChangeItem: change_item,
    c.DelayShipment: delay_shipment,
    c.ExtendReceipt: extend_receipt,
    c.ConfirmReceipt: confirm_receipt,
    c.RequestRefund: request_refund,
    c.RequestExchange: request_exchange,
    c.ReportProblem: report_problem,
    c.RequestCompensation: request_compensation,
    c.WithdrawCase: withdraw_case,
    c.ReturnSent: return_sent,
    c.RequestInvoice: request_invoice,
}


def quote(
    command: c.Command, facts: OrderFacts, now: datetime, zone: ZoneInfo, rules: ShopRules
) -> c.Quote:
    """What the command would do now.

    Args:
        command: what the buyer wants.
        facts: of the order that the command is about; `facts.wanted` is the variant it names.
        now: aware.
        zone: the shop's, in which days begin and end.
        rules: the shop's.

    Raises:
        RefusedError: the order's state or the rules forbid it.
        OrderNotFoundError: the order has no such case.
        OrderError: the facts are of another order.
    """
    about = getattr(command, "order_no", facts.order_no)
    if about != facts.order_no:
        raise OrderError(f"The facts are of order {facts.order_no}: pass those of {about[:32]}.")
    return _RULES[type(command)](c.tidy(command), Scene(facts, now, zone, rules))
