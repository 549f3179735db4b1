"""Which of an order's goods: asked only where there are several."""

from __future__ import annotations

import re

from kefu.orders.money import format_money
from kefu.orders.pointing import item_pointed_at
from kefu.orders.views import ItemView
from kefu.tasks.said import Button, Reply, Said
from kefu.tasks.step import Situation, Step

ALL = "*"

_ALL = re.compile(r"全部|全都|都[退要是换]|整单|所有|一起退|[两三四五]个都|[两三四五]件都")
_ORDINAL = re.compile(r"第\s*([一二三四五六七八九1-9])(?![0-9十百])|^([1-9一二三四五六七八九])$")


def described(item: ItemView) -> str:
    """Name, colour and size of a line."""
    kind = "，".join(filter(None, (item.color, item.size)))
    return f"{item.name}（{kind}）" if kind else item.name


class GoodsStep(Step):
    """Which goods. The answer is a line's code, or ALL."""

    name = "goods"
    about = ("order",)
    unclear = "没有认出是哪一件商品。"

    def __init__(self, label: str, *, all_at_once: bool) -> None:
        self._label = label
        self._all_at_once = all_at_once

    def ask(self, situation: Situation) -> Reply:
        """Offers the lines, and all of them where the task takes that."""
        items = situation.order().items
        lines = [
            f"{place}. {described(item)} ×{item.quantity}（{format_money(item.unit_price_cents)}）"
            for place, item in enumerate(items, start=1)
        ]
        buttons = [Button(described(item), item.sku) for item in items]
        if self._all_at_once:
            buttons.append(Button("全部", "全部"))
        return Reply(
            f"这一单里要{self._label}哪一件？\n" + "\n".join(lines),
            tuple(buttons),
        )

    def only(self, situation: Situation) -> str | None:
        """The code of the single line."""
        items = situation.order().items
        return items[0].sku if len(items) == 1 else None

    def find(self, said: Said, situation: Situation) -> str | None:
        """The line that the message names by its goods."""
        if "order" not in situation.answers:
            return None
        item = item_pointed_at(said.text, situation.order())
        return item.sku if item else None

    def read(self, said: Said, situation: Situation) -> str | None:
        """A code, a place in the list, a name, or all."""
        order = situation.order()
        items, text = order.items, said.text.strip()
        if text in {item.sku for item in items}:
            return text
        if self._all_at_once and _ALL.search(text):
            return ALL
        place = _ORDINAL.search(text)
        if place:
            wanted = place.group(1) or place.group(2)
            index = int(wanted) if wanted.isdigit() else "一二三四五六七八九".index(wanted) + 1
            return items[index - 1].sku if index <= len(items) else None
        item = item_pointed_at(text, order)
        return item.sku if item else None
