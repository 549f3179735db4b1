"""What attackers type: nothing of another buyer's leaks, nothing changes, each gets a civil answer.

The tables in `attacks/` say what they try; each case is a conversation of its own with the running
assistant, led by a buyer who has orders in every state. After each message all answers and all rows
are looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

import httpx
import pytest

from kefu.settings import Settings
from tests.e2e.attacks.answers import Secrets, uncivil
from tests.e2e.attacks.cases import LONGEST, Case, Message, read_cases
from tests.e2e.attacks.ledger import Ledger
from tests.e2e.attacks.people import VICTIM, Person, of_attacker, of_victim, settle
from tests.servers.assistant import Assistant

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

CASES = read_cases()
NOBODYS_ORDER, NOBODYS_CASE = "2026110100000007", "R20261101000007"
NOBODYS_PARCEL = "YD9000000000001"
# Asked twice, about somebody's and about nobody's: no answer may tell which is which.
ORACLES = [
    ("", "查一下订单{}", "order"),
    ("", "{}到哪了", "shipped"),
    ("", "快递{}到哪里了", "tracking"),
    ("", "售后单{}到哪一步了", "case"),
    ("/cancel_order", "{}", "paid"),
    ("/request_refund", "订单{}的", "order"),
    ("/request_invoice", "{}", "completed"),
    ("/cancel_refund", "{}", "case"),
    ("/return_sent", "{} 顺丰SF1234567890123", "case"),
]
# Rasa's own addresses, by which whoever reaches them may write into any conversation.
RASAS_OWN = [
    ("GET", "/conversations/{}/tracker"),
    ("GET", "/conversations/{}/story"),
    ("POST", "/conversations/{}/tracker/events"),
    ("PUT", "/conversations/{}/tracker/events"),
    ("POST", "/conversations/{}/execute"),
    ("POST", "/conversations/{}/trigger_intent"),
    ("POST", "/conversations/{}/messages"),
    ("POST", "/conversations/{}/predict"),
    ("POST", "/model/parse"),
    ("PUT", "/model"),
    ("GET", "/domain"),
    ("GET", "/status"),
    ("POST", "/webhooks/callback/webhook"),
    ("POST", "/webhooks/rest/webhook/{}"),
]


@dataclass(frozen=True)
class Siege:
    """One assistant, many attackers, one victim."""

    assistant: Assistant
    ledger: Ledger
    secrets: Secrets
    people: list[Person]

    def details(self, attacker: Person) -> dict[str, str]:
        """What the names in braces stand for."""
        victim = self.people[VICTIM]
        return of_victim(victim) | of_attacker(attacker) | {"nobody": NOBODYS_ORDER}


@pytest.fixture(scope="module")
def siege(assistant: Assistant) -> Iterator[Siege]:
    assert Settings().message_max_characters == LONGEST
    now = datetime.now(timezone.utc)
    people = settle(assistant.engine, len(CASES) + len(ORACLES) + 1, now)
    ledger = Ledger(assistant.engine)
    yield Siege(assistant, ledger, Secrets(assistant.engine), people)
    ledger.close()


@dataclass
class Attack:
    """One attacker's conversation; `said` is all that they have written so far."""

    siege: Siege
    attacker: Person
    own_rows_change: bool = False
    said: str = ""

    def send(self, message: Message, details: Mapping[str, str]) -> str:
        """Post it, look at everything, and give the answer's texts."""
        request = message.request(self.attacker.id, details)
        self.said += f"\n{request}\n{request['message']}"
        answer = httpx.post(
            self.siege.assistant.url,
            content=json.dumps(request).encode("ascii"),  # lone surrogates as \uD83D
            headers=message.heads(details),
            timeout=60,
        )
        assert answer.status_code == message.status, answer.text
        body = answer.json()
        parts = body if isinstance(body, list) else [body]
        texts = [str(part.get("text") or "") for part in parts]
        shown = "\n".join(texts)
        buttons = "\n".join(str(button) for part in parts for button in part.get("buttons") or ())
        wrong = [
            *uncivil(texts, self.said),
            *self.siege.secrets.leaked(f"{shown}\n{buttons}", self.attacker.id, self.said),
            *self.siege.ledger.forbidden(self.attacker.id, own_rows_change=self.own_rows_change),
        ]
        assert not wrong, f"{request['message'][:200]!r} -> {shown[:600]!r}: {wrong}"
        return shown


def test_there_are_enough_cases_each_with_a_name_of_its_own() -> None:
    assert len({case.id for case in CASES}) == len(CASES) >= 250


@pytest.mark.parametrize(
    ("place", "case"), [pytest.param(n, c, id=c.id) for n, c in enumerate(CASES, start=1)]
)
def test_an_attack_comes_to_nothing(siege: Siege, place: int, case: Case) -> None:
    attack = Attack(siege, siege.people[VICTIM + place])
    details = siege.details(attack.attacker)
    shown = ""
    for message in case.before:
        shown = attack.send(message, details)
    assert re.search(case.reaches, shown), f"the scene is not reached: {shown!r}"
    attack.own_rows_change = case.changes != ""
    written = siege.ledger.written
    for message in case.says:
        shown = attack.send(message, details)
    assert re.search(case.answers, shown), shown
    if case.changes != "maybe":
        assert (siege.ledger.written > written) == (case.changes == "own")


@pytest.mark.parametrize(
    ("place", "before", "asked", "what"),
    [(place, *oracle) for place, oracle in enumerate(ORACLES, start=len(CASES) + 1)],
)
def test_what_somebody_has_is_answered_like_what_nobody_has(
    siege: Siege, place: int, before: str, asked: str, what: str
) -> None:
    attack = Attack(siege, siege.people[VICTIM + place])
    details = siege.details(attack.attacker)
    nobodys = {"case": NOBODYS_CASE, "tracking": NOBODYS_PARCEL}.get(what, NOBODYS_ORDER)
    somebodys = details[f"foreign_{what}"]
    if before:
        attack.send(Message(before), details)
    said = [
        attack.send(Message(asked.format(number)), details).replace(number, "#")
        for number in (nobodys, somebodys, nobodys)
    ]
    assert said[1] in (said[0], said[2])


@pytest.mark.parametrize(("method", "path"), RASAS_OWN)
def test_the_addresses_of_rasa_itself_are_closed(siege: Siege, method: str, path: str) -> None:
    victim, attacker = siege.people[VICTIM], siege.people[VICTIM + 1]
    url = siege.assistant.url.removesuffix("/webhooks/rest/webhook") + path.format(victim.id)
    event = {"event": "slot", "name": "customer_id", "value": victim.id}
    answer = httpx.request(method, url, json=None if method == "GET" else event, timeout=30)
    assert answer.status_code in (404, 405)
    assert not siege.secrets.leaked(answer.text, attacker.id, path.format(victim.id))
    assert not siege.ledger.forbidden(attacker.id, own_rows_change=False)
