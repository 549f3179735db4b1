"""What can still be changed before the parcel is packed: where to, which goods, when."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from datetime import date

from kefu.orders.commands import ChangeAddress, ChangeItem, Command, DelayShipment
from kefu.tasks.reading.labels import besides_label
from kefu.tasks.reading.variants import besides_wanted
from kefu.tasks.said import Said
from kefu.tasks.step import Situation, Step
from kefu.tasks.steps.address import AddressStep
from kefu.tasks.steps.besides import OrderBesides
from kefu.tasks.steps.day import DayStep
from kefu.tasks.steps.order import OrderStep
from kefu.tasks.steps.parts import given, steps_of
from kefu.tasks.steps.variant import ThisLineStep, VariantStep, WantedStep, chosen
from kefu.tasks.task import Task

# Before there is an order, only an article can answer.
_BEFORE_BUYING = r"先拍|拍完|拍下后|下单[前后时]|下单以?后|买之?前"
_ABOUT_ADDRESSES = re.compile(rf"{_BEFORE_BUYING}|邮编|同步了|[几多]少?次|收费|要钱")
_ABOUT_DELAYS = re.compile(
    rf"{_BEFORE_BUYING}|多久|最[长晚多]|多少天|几天[吗?？]|备注|定时发货|自己选|有用吗"
)
_ABOUT_ITEMS = re.compile(rf"{_BEFORE_BUYING}|先拍.*后面")


class ChangeAddressTask(Task):
    """Another recipient, phone or address on the label."""

    name = "change_address"
    label = "修改收货信息"
    intents = ("change_address",)
    verb = "[修更]?改"
    mends = types.MappingProxyType(
        {
            "address.nothing": "change",
            "address.bad_recipient": "change",
            "address.bad_phone": "change",
            "address.bad_address": "change",
        }
    )

    def steps(self, situation: Situation) -> tuple[Step, ...]:
        """Which order, and what becomes of its label; what is missing in that."""
        order = OrderBesides("修改收货信息", "change_address", besides=besides_label)
        return (order, *steps_of(AddressStep(), situation))

    def command(self, answers: Mapping[str, str]) -> Command | None:
        """With an order and at least one part."""
        if not {"order", "change"} <= answers.keys():
            return None
        parts = given(answers)
        return ChangeAddress(
            answers["order"],
            recipient=parts.get("recipient"),
            phone=parts.get("phone"),
            address=parts.get("address"),
        )

    def is_question(self, said: Said) -> bool:
        """下单后还能改地址吗; 能改地址吗 asks for it."""
        return _ABOUT_ADDRESSES.search(said.text) is not None


class ChangeItemTask(Task):
    """Another variant at the same price, or fewer pieces."""

    name = "change_item"
    label = "修改商品"
    intents = ("change_item",)
    verb = "[修更]?改|换"
    mends = types.MappingProxyType(
        {
            "item.nothing": "change",
            "item.same": "change",
            "item.one_at_a_time": "change",
            "item.other_goods": "change",
            "item.other_price": "change",
            "item.no_stock": "change",
            "item.unknown_variant": "change",
            "order.item_unknown": "goods",
        }
    )

    def steps(self, situation: Situation) -> tuple[Step, ...]:
        """Which order, which of its goods, what instead."""
        return (
            OrderBesides("修改商品", "change_item", besides=besides_wanted),
            ThisLineStep("修改"),
            WantedStep(),
            VariantStep("改成", quantities=True),
        )

    def command(self, answers: Mapping[str, str]) -> Command | None:
        """With an order, a line of it, and a variant or a number of pieces."""
        if not {"order", "goods", "change"} <= answers.keys():
            return None
        sku, quantity = chosen(answers["change"])
        return ChangeItem(answers["order"], answers["goods"], sku, quantity)

    def is_question(self, said: Said) -> bool:
        """拍完还能改色吗; 能换大一点的吗 asks for it."""
        return _ABOUT_ITEMS.search(said.text) is not None


class DelayTask(Task):
    """Dispatch waits until a day that the buyer names."""

    name = "delay_shipment"
    label = "推迟发货"
    intents = ("delay_shipment",)
    verb = "推迟(?:发货)?"
    mends = types.MappingProxyType({"delay.past": "change", "delay.too_long": "change"})

    def steps(self, situation: Situation) -> tuple[Step, ...]:
        """Which order, and until when."""
        return (OrderStep("推迟发货", "delay_shipment"), DayStep())

    def command(self, answers: Mapping[str, str]) -> Command | None:
        """With an order and a day."""
        if not {"order", "change"} <= answers.keys():
            return None
        return DelayShipment(answers["order"], date.fromisoformat(answers["change"]))

    def is_question(self, said: Said) -> bool:
        """最长能压多少天; 能晚两天发吗 asks for it."""
        return _ABOUT_DELAYS.search(said.text) is not None
