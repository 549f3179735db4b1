"""A shop in which one buyer tries to reach what is another's, whatever the slots hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from actions import services
from actions.task_form import TaskForm
from tests.actions.scene import Done, run, tracker
from tests.e2e.attacks.answers import Secrets, uncivil
from tests.e2e.attacks.ledger import Ledger
from tests.e2e.attacks.people import Person, settle


@dataclass(frozen=True)
class House:
    """The shop with a victim and an attacker in it, who talks to the form."""

    victim: Person
    attacker: Person
    ledger: Ledger
    secrets: Secrets

    def says(self, text: str, asks: str, speaker: Person, **slots: Any) -> Done:
        """The form hears `speaker` with these slots."""
        intent = {"/affirm": "affirm", "/deny": "deny"}.get(text)
        held = {"customer_id": speaker.id, "requested_slot": asks, **slots}
        return run(TaskForm(), tracker(text, sender=speaker.id, intent=intent, **held))

    def wrong(self, done: Done, *, own_rows_change: bool = False) -> list[str]:
        """What of the attacker's success can be seen."""
        texts = [str(message.get("text") or "") for message in done.messages]
        shown = "\n".join([*texts, *done.payloads, str(done.slots)])
        return [
            *(uncivil(texts, "") if texts else []),
            *self.secrets.leaked("\n".join(texts + done.payloads), self.attacker.id, ""),
            *self.ledger.forbidden(self.attacker.id, own_rows_change=own_rows_change),
            *([] if shown else ["silence"]),
        ]


@contextmanager
def victim_and_attacker() -> Iterator[House]:
    """Both have an order of each kind, and a case."""
    victim, attacker = settle(services.engine(), 2, datetime.now(timezone.utc))
    ledger = Ledger(services.engine())
    yield House(victim, attacker, ledger, Secrets(services.engine(), [victim.id, attacker.id]))
    ledger.close()
