"""What a buyer may come up with for an order: every kind of command, sensible and not."""

from __future__ import annotations

from datetime import timedelta

from kefu.orders import commands as c
from tests.orders.machine.before_dispatch import GOOD_ADDRESS, GOOD_PHONE
from tests.orders.machine.beside_goods import BAD_TRACKING
from tests.orders.machine.book import Book, Order
from tests.orders.machine.goods import CATALOGUE, day_of

GROUNDS: tuple[c.Ground, ...] = ("price_drop", "late", "freight", "other")
REASONS = ("不喜欢", "坏了", "少发一件", "发错了")


def wishes(book: Book, order: Order) -> list[c.Command]:
    """Some fifty commands about the order and its cases."""
    return [*_about_order(book, order), *_about_goods(order), *_about_cases(order)]


def _about_order(book: Book, order: Order) -> list[c.Command]:
    no, today = order.number, day_of(book.now)
    return [
        c.CancelOrder(no, "拍错了"),
        c.ChangeAddress(no, phone=GOOD_PHONE),
        c.ChangeAddress(no, recipient="李雷", address=GOOD_ADDRESS),
        c.ChangeAddress(no, phone="123"),
        c.ChangeAddress(no, address="新疆乌鲁木齐市天山区青禾路1号"),
        c.ChangeAddress(no),
        *(c.DelayShipment(no, today + timedelta(days=days)) for days in (0, 2, 4, 12, 30)),
        c.ExtendReceipt(no),
        c.ConfirmReceipt(no),
        c.RequestInvoice(no, "王小明"),
        c.RequestInvoice(no, "青禾贸易公司"),
        *(
            c.RequestCompensation(no, ground)
            for ground in ("price_drop", "late", "freight", "other")
        ),
        *(c.RequestRefund(no, reason) for reason in REASONS),
        c.RequestRefund(no, "没收到", received=False),
        *(
            c.ReportProblem(no, problem, wish, description="看照片", evidence=("图",))
            for problem in ("defect", "wrong_item", "missing")
            for wish in ("refund", "exchange", "compensation")
        ),
        c.RequestRefund(no, "不喜欢", skus=("no-such",)),
    ]


def _about_goods(order: Order) -> list[c.Command]:
    no = order.number
    found: list[c.Command] = []
    for line in order.lines:
        found += [
            c.RequestRefund(no, "不喜欢", (line.sku,)),
            c.RequestRefund(no, "坏了", (line.sku,), evidence=("图",)),
            c.ReportProblem(no, "defect", "refund", (line.sku,)),
            c.ReportProblem(no, "defect", "compensation", (line.sku,)),
            c.RequestExchange(no, line.sku, line.sku, "坏了"),
            c.RequestExchange(no, line.sku, "no-such", "小了"),
            *(c.ChangeItem(no, line.sku, new_quantity=pieces) for pieces in (1, 2)),
            c.ChangeItem(no, line.sku),
            c.ChangeItem(no, line.sku, "bed-2", 1),
        ]
        for sku, variant in CATALOGUE.items():
            if variant.product == line.product or sku == "orange-5":
                found.append(c.ChangeItem(no, line.sku, sku))
                found.append(c.RequestExchange(no, line.sku, sku, "小了"))
                found.append(c.RequestExchange(no, line.sku, sku, "坏了"))
    return found


def _about_cases(order: Order) -> list[c.Command]:
    found: list[c.Command] = []
    for case in order.cases:
        found += [
            c.WithdrawCase(case.number),
            c.ReturnSent(case.number, "顺丰", "SF1234567"),
            c.ReturnSent(case.number, "中通", "ZT7654321"),
            c.ReturnSent(case.number, "顺丰", BAD_TRACKING),
        ]
    return found
