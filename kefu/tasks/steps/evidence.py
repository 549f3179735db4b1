"""What shows a fault: addresses of pictures, or what the buyer says of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from kefu.orders.commands import Command, Ground, Problem
from kefu.orders.quoting import reports_fault
from kefu.tasks.said import Button, Reply, Said
from kefu.tasks.step import Situation, Step

NONE = "暂时没有"

_NONE = re.compile(
    r"(?:暂时|现在|我)?(?:没有?|无|拍不了|不方便)(?:照片|图片?|拍|证据|凭证)*(?:了|的|呢)?"
)


class EvidenceStep(Step):
    """Pictures or words; the answer is what was sent, or NONE.

    Args:
        of: what it shows.
        command: what the answers so far come to: nobody takes photos of what is refused.
    """

    name = "evidence"
    about = ("order", "goods")
    own_words = True

    def __init__(
        self, of: Problem | Ground, command: Callable[[Mapping[str, str]], Command | None]
    ) -> None:
        self._of = of
        self._command = command

    def ask(self, situation: Situation) -> Reply:
        """Says what the pictures should show.

        Raises:
            RefusedError: whatever they show.
        """
        command = self._command(situation.answers)
        if command is not None:
            situation.service.quote(situation.buyer, command)
        needed = situation.rules.problems.evidence.get(self._of, "能说明情况的凭证")
        return Reply(
            f"方便的话，请发一下照片的链接，要拍到{needed}；也可以直接用文字说明情况。",
            (Button(NONE, NONE),),
        )

    def read(self, said: Said, situation: Situation) -> str | None:
        """NONE, addresses, or words that tell of a fault; anything else as own words."""
        text = said.text.strip()
        if _NONE.fullmatch(text) or text == NONE:
            return NONE
        if re.search(r"https?://|图|照片|视频", text) or reports_fault(text, situation.rules):
            return text
        return None


def shown(answers: Mapping[str, str]) -> tuple[str, ...]:
    """What an evidence step has collected, for a command."""
    given = answers.get(EvidenceStep.name, NONE)
    return () if given == NONE else (given,)
