"""Why: the usual reasons as buttons, own words will do."""

from __future__ import annotations

from kefu.orders.reasons import reason_in
from kefu.tasks.said import Button, Reply, Said
from kefu.tasks.step import Situation, Step


class ReasonStep(Step):
    """A reason in the buyer's words."""

    name = "reason"
    own_words = True

    def __init__(self, question: str, *usual: str) -> None:
        self._question = question
        self._usual = usual

    def ask(self, situation: Situation) -> Reply:
        """Offers the usual reasons."""
        buttons = tuple(Button(reason, reason) for reason in self._usual)
        return Reply(f"{self._question}点选或者用自己的话说都可以。", buttons)

    def find(self, said: Said, situation: Situation) -> str | None:
        """The clause that gives a reason: 买大了 in 买大了想退."""
        return reason_in(said.text)

    def read(self, said: Said, situation: Situation) -> str | None:
        """The whole message, where it gives a reason: NLU may take 不喜欢 for praise."""
        if said.text in self._usual:
            return said.text
        return said.text.strip() if reason_in(said.text) else None

    def told(self, situation: Situation) -> str:
        """The reason as the buyer gave it."""
        return f"原因：{situation.answers[self.name]}"
