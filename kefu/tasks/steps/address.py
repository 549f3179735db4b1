"""Where the parcel goes instead: recipient, phone, address, together or any of them."""

from __future__ import annotations

from collections.abc import Callable

from kefu.errors import RefusedError
from kefu.orders.quoting import addresses
from kefu.tasks.reading.labels import label_in
from kefu.tasks.said import Reply, Said
from kefu.tasks.step import Situation
from kefu.tasks.steps.parts import Parts, PartsStep, given

_CHECKS: dict[str, Callable[[str], str]] = {
    "recipient": addresses.recipient,
    "phone": addresses.phone,
    "address": addresses.address,
}


class AddressStep(PartsStep):
    """The new recipient, phone and address; the answer is JSON with those that change."""

    about = ("order",)
    unclear = "没有看明白新的收货信息。"

    def ask(self, situation: Situation) -> Reply:
        """One question for all three."""
        return Reply(
            "请把新的收货信息发给我，只发要改的就行，"
            "比如“张三 13800000000 某某省某某市某某区某某路8号2栋301”。"
        )

    def parts(self, said: Said, situation: Situation, *, asked: bool) -> Parts:
        """Those that the message names; an address that is part of the one given is none."""
        found = label_in(said.text, said.entities, asked=asked)
        if not asked:
            before = given(situation.answers).get("address", "")
            if found.get("address", "-") in before:
                del found["address"]
        return found

    def lacking(self, parts: Parts) -> tuple[str, ...]:
        """The refusals of `kefu.orders.quoting.addresses`."""
        refused = []
        for part, check in _CHECKS.items():
            try:
                check(parts[part]) if part in parts else None
            except RefusedError as refusal:
                refused.append(refusal.reason)
        return tuple(refused)

    def told(self, situation: Situation) -> str:
        """Where it would go now, masked; the quote says what changes, masked too."""
        order = situation.order()
        return (
            f"现在的收货信息：{order.recipient_masked} {order.phone_masked} {order.address_masked}"
        )
