"""The action for what was not understood."""

from __future__ import annotations

from actions.knowledge import AnswerQuestion


class Fallback(AnswerQuestion):
    """The same ladder without an intent: below the NLU threshold, out of scope, no rule fits."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_fallback"
