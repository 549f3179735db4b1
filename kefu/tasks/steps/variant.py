"""Which variant instead of the one that was ordered, or how many pieces of it.

`WantedStep` keeps what a buyer said of it before the line was known; `VariantStep` finds the
variant among those sold, or asks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from kefu.errors import RefusedError
from kefu.orders.commands import RequestRefund
from kefu.orders.views import ItemView, VariantView
from kefu.tasks.reading.sizes import plain, sizes_named
from kefu.tasks.reading.variants import (
    LONGEST,
    besides_wanted,
    pieces_meant,
    speaks_of_variant,
    variants_meant,
)
from kefu.tasks.said import Button, Reply, Said
from kefu.tasks.step import NothingToDo, Situation, Step
from kefu.tasks.steps.goods import GoodsStep
from kefu.tasks.steps.stock import enough

_UNSAID = "-"
_PIECES = "×"
_MOST_BUTTONS = 10
REFUND, PERSON = Button("我要退款", "我要退款"), Button("转人工", "/request_human")
_ANEW = re.compile(
    r"同款|同样|一样的|一模一样|原样|还是这[款个]|[换发](?:个|件|一[个件])?(?:全?新|好)的|原来[的那]"
)


def chosen(answer: str) -> tuple[str | None, int | None]:
    """The code and the number of pieces in an answer: `SKU`, `×2`, `SKU×2`."""
    code, _, pieces = answer.partition(_PIECES)
    return code or None, int(pieces) if pieces else None


class ThisLineStep(GoodsStep):
    """Which line, also by the size or colour that it has: 想要L码的那件换成M."""

    def __init__(self, label: str) -> None:
        super().__init__(label, all_at_once=False)

    def only(self, situation: Situation) -> str | None:
        """The single line, or the one named in the words that began the task."""
        single = super().only(situation)
        wanted = situation.answers.get(WantedStep.name, _UNSAID)
        if single is not None or wanted == _UNSAID:
            return single
        return self.find(Said(wanted), situation)

    def find(self, said: Said, situation: Situation) -> str | None:
        """The line that the message names besides what shall become of it."""
        rest = besides_wanted(said.text)
        found = super().find(replace(said, text=rest), situation)
        if found is not None or "order" not in situation.answers:
            return found
        items = situation.order().items
        sizes = sizes_named(plain(rest[:LONGEST]), [item.size for item in items])
        fitting = [item for item in items if item.size in sizes]
        return fitting[0].sku if len(fitting) == 1 else None


class WantedStep(Step):
    """What the buyer said of the variant or the pieces, until the line is known; never asked."""

    name = "wish"

    def ask(self, situation: Situation) -> Reply:
        """Nobody is asked: the variant is."""
        raise ValueError("WantedStep has an answer always: ask VariantStep.")

    def only(self, situation: Situation) -> str | None:
        """Nothing was said."""
        return _UNSAID

    def find(self, said: Said, situation: Situation) -> str | None:
        """The message, where it surely wants another variant or number of pieces."""
        return said.text[:LONGEST] if speaks_of_variant(said.text) else None


class VariantStep(Step):
    """The answer is a variant's code, or pieces: see `chosen`."""

    name = "change"
    about: tuple[str, ...] = ("order", "goods", "wish")
    unclear = "没有认出是哪一种规格。"

    def __init__(self, label: str, *, quantities: bool = False, anew: bool = False) -> None:
        """`quantities`: fewer pieces will do too; `anew`: the same variant will, while in stock."""
        self._label = label
        self._quantities = quantities
        self._anew = anew

    def ask(self, situation: Situation) -> Reply:
        """Offers what is sold at the same price and in stock.

        Raises:
            NothingToDo: there is nothing, not even the same anew; money back is offered instead.
        """
        line, sold = self._line(situation), self._sold(situation)
        offered = _offered(line, sold)
        buttons = [Button(_label(variant), variant.sku) for variant in offered[:_MOST_BUTTONS]]
        if self._same_will_do(line, sold):
            buttons.insert(0, Button("同款换新", line.sku))
        fewer = self._quantities and line.quantity > 1
        if not buttons and not fewer:
            raise self._nothing(line, situation)
        pieces = "，减数量就说“少一件”" if fewer else ""
        missed = self._missed(situation, line, sold)
        present = "，".join(filter(None, (line.color, line.size)))
        now = (
            f"（现在是{present}，{line.quantity}件）" if present else f"（现在是{line.quantity}件）"
        )
        which = "同价、有货的可以点选，也可以直接说“大一码”“黑色的”" if buttons else ""
        how = f"{which}{pieces}".lstrip("，")
        asked = f"{missed}“{line.name}”{now}想{self._label}什么？{how}。"
        if self._anew and not self._same_will_do(line, sold):
            gone, instead = "抱歉，同款现在没有货了，只能换别的规格。", _instead(line, situation)
            asked = f"{gone}{asked}都不合适的话，回复“{instead.title}”就行。"
        return Reply(asked, tuple(buttons))

    def only(self, situation: Situation) -> str | None:
        """What the words that began the task mean for this line."""
        wanted = situation.answers.get(WantedStep.name, _UNSAID)
        return None if wanted == _UNSAID else self._meant(wanted, situation)

    def read(self, said: Said, situation: Situation) -> str | None:
        """A code, or words for a variant or a number of pieces."""
        text = said.text.strip()
        line, sold = self._line(situation), self._sold(situation)
        codes = {variant.sku for variant in sold}
        meant = text if text in codes else self._meant(text, situation)
        if meant is None and self._anew and _ANEW.search(text):
            meant = line.sku
        gone = self._anew and not self._same_will_do(line, sold)
        return None if gone and meant == line.sku else meant

    def _meant(self, text: str, situation: Situation) -> str | None:
        line, sold = self._line(situation), self._sold(situation)
        sizes = [variant.size for variant in sold]
        pieces = pieces_meant(text, line, sizes) if self._quantities else None
        variants = variants_meant(text, line, sold)
        code = variants[0].sku if len(variants) == 1 else ""
        if code == line.sku and pieces is not None:
            code = ""
        if code and pieces == line.quantity:
            pieces = None
        answer = code + (f"{_PIECES}{pieces}" if pieces is not None else "")
        return answer or None

    def _missed(self, situation: Situation, line: ItemView, sold: Sequence[VariantView]) -> str:
        """What to say of a wish that no variant fits."""
        wanted = situation.answers.get(WantedStep.name, _UNSAID)
        if wanted == _UNSAID or self._meant(wanted, situation) is not None:
            return ""
        several = variants_meant(wanted, line, sold)
        return "" if several else "没有找到您说的规格。"

    def _same_will_do(self, line: ItemView, sold: Sequence[VariantView]) -> bool:
        """Whether the same anew is wanted and to be had."""
        return self._anew and enough(line, sold, line.quantity)

    def _nothing(self, line: ItemView, situation: Situation) -> NothingToDo:
        if self._anew:
            instead = _instead(line, situation)
            offer = "可以给您退款" if instead is REFUND else "请人工客服和您商量怎么处理"
            return NothingToDo(
                f"实在抱歉，“{line.name}”的同款和同价的其他规格现在都没有货，换不了了。"
                f"{offer}，回复“{instead.title}”就行。",
                instead,
            )
        return NothingToDo(
            f"“{line.name}”现在没有别的同价、有货的规格可以{self._label}。"
            "想要别的，可以退掉这件再重新下单。"
        )

    @staticmethod
    def _line(situation: Situation) -> ItemView:
        wanted = situation.answers["goods"]
        items = situation.order().items
        return next((item for item in items if item.sku == wanted), items[0])

    def _sold(self, situation: Situation) -> list[VariantView]:
        return situation.service.variants(self._line(situation).sku)


def _instead(line: ItemView, situation: Situation) -> Button:
    """Money back where the rules still allow it, else a person."""
    order_no, reason = situation.answers["order"], situation.answers.get("reason", "")
    try:
        refund = RequestRefund(order_no, reason, skus=(line.sku,))
        situation.service.quote(situation.buyer, refund)
    except RefusedError:
        return PERSON
    return REFUND


def _offered(line: ItemView, sold: Sequence[VariantView]) -> list[VariantView]:
    """Others at the price then or now, with enough pieces; those of the line's colour first."""
    now = {variant.price_cents for variant in sold if variant.sku == line.sku}
    fitting = [
        variant
        for variant in sold
        if variant.sku != line.sku
        and variant.price_cents in {line.unit_price_cents, *now}
        and variant.stock >= line.quantity
    ]
    return sorted(
        fitting, key=lambda variant: (variant.color != line.color, variant.size != line.size)
    )


def _label(variant: VariantView) -> str:
    return "，".join(filter(None, (variant.color, variant.size))) or variant.name
