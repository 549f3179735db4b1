"""What commands do to cases, keys, stock and the journal of the built-in tables."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy.engine import Engine

from kefu.errors import OrderError, OrderNotFoundError, RefusedError
from kefu.orders import commands as c
from kefu.orders.builtin import BuiltinCommands
from kefu.orders.database import writing
from kefu.orders.shop_rules import shop_rules
from kefu.orders.status import OrderStatus
from kefu.orders.tables import audit_log, case_events, cases, invoices, orders, outbox, payments
from tests.orders.ledger import everything, rows, stock
from tests.orders.shop import ALICE, BOB, HOUR, NOW, Shop

S = OrderStatus


@pytest.fixture
def built(engine: Engine) -> BuiltinCommands:
    return BuiltinCommands(engine, clock=lambda: NOW)


@pytest.fixture
def shop(engine: Engine) -> Shop:
    """With another variant of the first goods."""
    made = Shop(engine)
    made.variant("sku-1b", product=1)
    return made


class TestCases:
    def make(self, shop: Shop, built: BuiltinCommands) -> tuple[str, str]:
        order_no = shop.order(S.DELIVERED)
        receipt = built.execute(ALICE, c.RequestRefund(order_no, "不喜欢"), "open")
        return order_no, receipt.number

    def test_a_withdrawn_case_gives_the_order_back(
        self, shop: Shop, engine: Engine, built: BuiltinCommands
    ) -> None:
        _, case_no = self.make(shop, built)
        receipt = built.execute(ALICE, c.WithdrawCase(case_no), "key")
        assert (receipt.number, receipt.status) == (case_no, "withdrawn")
        (case,), (order,) = rows(engine, cases), rows(engine, orders)
        assert (case.status, case.closed_at, order.status) == ("withdrawn", NOW, "delivered")
        assert [event.event for event in rows(engine, case_events)] == [
            "request_refund",
            "withdraw_case",
        ]
        with pytest.raises(RefusedError):
            built.execute(ALICE, c.WithdrawCase(case_no), "other")

    def test_goods_that_were_sent_are_noted_and_may_be_corrected(
        self, shop: Shop, engine: Engine, built: BuiltinCommands
    ) -> None:
        _, case_no = self.make(shop, built)
        built.execute(ALICE, c.ReturnSent(case_no, "顺丰", "sf 1234567"), "one")
        built.execute(ALICE, c.ReturnSent(case_no, "顺丰", "SF7654321"), "two")
        (case,) = rows(engine, cases)
        assert (case.status, case.return_tracking_number) == ("returning", "SF7654321")
        with pytest.raises(RefusedError):
            built.execute(ALICE, c.WithdrawCase(case_no), "three")

    @pytest.mark.parametrize(
        "make", [c.WithdrawCase, lambda case_no: c.ReturnSent(case_no, "顺丰", "SF1234567")]
    )
    def test_another_buyers_case_does_not_exist(
        self, shop: Shop, engine: Engine, built: BuiltinCommands, make: Any
    ) -> None:
        _, case_no = self.make(shop, built)
        before = everything(engine)
        for command in (make(case_no), make("R20261120999999")):
            with pytest.raises(OrderNotFoundError):
                built.quote(BOB, command)
            with pytest.raises(OrderNotFoundError):
                built.execute(BOB, command, "open")
        assert everything(engine) == before


class TestKeys:
    def test_a_key_serves_one_command(self, shop: Shop, built: BuiltinCommands) -> None:
        order_no = shop.order(S.DELIVERED)
        built.execute(ALICE, c.RequestInvoice(order_no, "王小明"), "key")
        for other in (
            c.RequestInvoice(order_no, "李雷"),
            c.RequestRefund(order_no, "不喜欢"),
            c.RequestInvoice(shop.order(S.DELIVERED), "王小明"),
        ):
            with pytest.raises(OrderError, match="key belongs to another"):
                built.execute(ALICE, other, "key")

    @pytest.mark.parametrize("key", ["", "a b", "钥匙", "x" * 321, "a\x00"])
    def test_what_is_no_key_is_refused(self, shop: Shop, built: BuiltinCommands, key: str) -> None:
        with pytest.raises(OrderError, match="visible ASCII"):
            built.execute(ALICE, c.CancelOrder(shop.order(), ""), key)


class TestStock:
    def test_an_exchange_keeps_its_goods_until_it_is_withdrawn(
        self, shop: Shop, engine: Engine, built: BuiltinCommands
    ) -> None:
        before = stock(engine)
        command = c.RequestExchange(shop.order(S.DELIVERED), "sku-1", "sku-1b", "小了")
        receipt = built.execute(ALICE, command, "key")
        assert stock(engine) == before | {"sku-1b": before["sku-1b"] - 1}
        built.execute(ALICE, c.WithdrawCase(receipt.number), "other")
        assert stock(engine) == before

    def test_another_variant_takes_the_place_of_the_first(
        self, shop: Shop, engine: Engine, built: BuiltinCommands
    ) -> None:
        before = stock(engine)
        order_no = shop.order()
        built.execute(ALICE, c.ChangeItem(order_no, "sku-1", "sku-1b"), "key")
        assert stock(engine) == before | {"sku-1": 4, "sku-1b": before["sku-1b"] - 1}
        built.execute(ALICE, c.ChangeItem(order_no, "sku-1b", "sku-1"), "other")
        assert stock(engine) == before

    def test_cancelled_goods_are_for_sale_again(
        self, shop: Shop, engine: Engine, built: BuiltinCommands
    ) -> None:
        built.execute(ALICE, c.CancelOrder(shop.order(goods=(1, 2)), ""), "key")
        assert {sku: stock(engine)[sku] for sku in ("sku-1", "sku-2", "sku-3")} == {
            "sku-1": 4,
            "sku-2": 4,
            "sku-3": 3,
        }

    def test_so_are_goods_that_are_refunded_before_they_leave(
        self, shop: Shop, engine: Engine, built: BuiltinCommands
    ) -> None:
        before = stock(engine)
        built.execute(ALICE, c.RequestRefund(shop.order(goods=(1, 2)), "不想要了"), "key")
        assert stock(engine) == before | {"sku-1": 4, "sku-2": 4}

    def test_a_part_comes_back_when_no_person_has_to_agree(
        self, shop: Shop, engine: Engine
    ) -> None:
        before, rules = stock(engine), shop_rules()
        for number, limit in enumerate((0, None)):
            limits = rules.automatic_up_to_cents.copy(update={"part_of_unshipped": limit})
            asked = rules.copy(update={"automatic_up_to_cents": limits})
            built = BuiltinCommands(engine, clock=lambda: NOW, rules=asked)
            command = c.RequestRefund(shop.order(goods=(1, 2)), "不想要了", skus=("sku-2",))
            receipt = built.execute(ALICE, command, f"key-{number}")
            assert receipt.automatic == (limit is None)
            back = {"sku-2": 4} if receipt.automatic else {}
            assert stock(engine) == before | back

    def test_goods_that_have_left_come_back_with_the_parcel(
        self, shop: Shop, engine: Engine, built: BuiltinCommands
    ) -> None:
        before = stock(engine)
        built.execute(ALICE, c.RequestRefund(shop.order(S.DELIVERED), "不喜欢"), "key")
        assert stock(engine) == before

    def test_what_is_sold_out_is_refused(
        self, shop: Shop, engine: Engine, built: BuiltinCommands
    ) -> None:
        shop.variant("sku-1c", product=1, stock=0)
        for command in (
            c.ChangeItem(shop.order(), "sku-1", "sku-1c"),
            c.RequestExchange(shop.order(S.DELIVERED), "sku-1", "sku-1c", "小了"),
        ):
            with pytest.raises(RefusedError, match="没有货"):
                built.execute(ALICE, command, "key")


def test_personal_data_is_masked_in_the_audit_and_whole_in_the_outbox(
    shop: Shop, engine: Engine, built: BuiltinCommands
) -> None:
    address = "浙江省杭州市西湖区南山路2号5室"
    command = c.ChangeAddress(shop.order(), "李小红", "13900000002", address)
    built.execute(ALICE, command, "key")
    built.execute(ALICE, c.CancelOrder(shop.order(), "请打13900000002联系我"), "other")
    said = [row.details["command"] for row in rows(engine, audit_log)]
    assert said[0]["recipient"] == "李**"
    assert said[0]["phone"] == "139****0002"
    assert said[0]["address"] == "浙江省杭州市西湖区****"
    assert said[1]["reason"] == "请打139****0002联系我"
    assert rows(engine, outbox)[0].payload["command"]["address"] == address


def test_personal_data_in_free_text_is_masked_wherever_it_is_kept(
    shop: Shop, engine: Engine, built: BuiltinCommands
) -> None:
    private = ("13900000002", "91330100MA2ABCDE0X", "11010519491231002X", "南山路2号5室")
    words, picture = "打{}，税号{}，证件{}，住{}".format(*private), "https://img.example/1.jpg"
    command = c.ReportProblem(
        shop.order(S.DELIVERED), "defect", "refund", description=words, evidence=(picture, words)
    )
    receipt = built.execute(ALICE, command, "key")
    kept = str([rows(engine, table) for table in (cases, audit_log, outbox)])
    assert not [piece for piece in private if piece in kept]
    assert "打139****0002，税号9133**********DE0X" in kept
    assert rows(engine, cases)[0].evidence[0] == picture
    assert built.execute(ALICE, command, "key") == receipt  # the key is for what was said


def test_what_was_paid_by_nobody_knows_whom_is_not_paid_back(
    shop: Shop, engine: Engine, built: BuiltinCommands
) -> None:
    order_no = shop.order()
    with writing(engine) as connection:
        connection.execute(delete(payments))
    with pytest.raises(RefusedError, match="付款"):
        built.execute(ALICE, c.CancelOrder(order_no, ""), "key")
    assert rows(engine, cases) == []


def test_times_are_the_clocks(shop: Shop, engine: Engine) -> None:
    at: datetime = NOW + HOUR
    built = BuiltinCommands(engine, clock=lambda: at)
    built.execute(ALICE, c.CancelOrder(shop.order(), ""), "key")
    assert {rows(engine, table)[0].created_at for table in (cases, outbox)} == {at}
    assert rows(engine, invoices) == []
