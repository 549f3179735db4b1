"""The language data keeps its promises: enough of each intent, and tests that are unseen."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import pytest
import yaml

from kefu.encoder.pretrain.corpus import utterances
from kefu.settings import HOME
from tests.near_copies import near_copies

# The public vocabulary: reports, label queues and integrations speak in these names.
INTENTS = [
    "greet",
    "goodbye",
    "thank",
    "affirm",
    "deny",
    "wait",
    "urge_reply",
    "confused",
    "compliment",
    "complain",
    "bot_challenge",
    "chitchat",
    "request_human",
    "stop_flow",
    "rate_service",
    "query_order",
    "verify_order",
    "place_order",
    "order_problem",
    "cancel_order",
    "change_address",
    "change_item",
    "urge_shipment",
    "ask_ship_time",
    "delay_shipment",
    "ship_together",
    "ask_arrival_time",
    "track_shipment",
    "confirm_receipt",
    "extend_receipt",
    "ask_courier",
    "specify_courier",
    "ask_delivery_area",
    "ask_shipping_fee",
    "request_refund",
    "request_exchange",
    "cancel_refund",
    "return_sent",
    "ask_return_received",
    "ask_refund_progress",
    "ask_return_policy",
    "ask_return_fee",
    "ask_return_address",
    "report_defect",
    "report_wrong_item",
    "request_compensation",
    "request_invoice",
    "ask_payment",
    "ask_price",
    "bargain",
    "ask_promotion",
    "ask_coupon",
    "ask_gift",
    "ask_cashback",
    "ask_product",
    "compare_product",
    "recommend_product",
    "ask_stock",
    "ask_customization",
    "ask_warranty",
    "ask_privacy",
    "out_of_scope",
]
ENTITIES = [
    "order_id",
    "tracking_number",
    "phone",
    "product",
    "color",
    "size",
    "quantity",
    "amount",
    "courier",
    "region",
    "address",
    "person_name",
    "date",
    "company",
    "tax_number",
    "score",
]
TRAINING_MINIMUM, TEST_MINIMUM = 60, 8

TRAINING_FILES = sorted((HOME / "data" / "nlu").glob("*.yml"))
TEST_FILES = sorted((HOME / "tests" / "nlu").glob("*.yml"))
_ENTITY = re.compile(r"\[([^\]]*)\](?:\((\w+)\)|(\{[^}]*\}))")


def labelled(files: list[Path]) -> list[tuple[str, str]]:
    return [pair for file in files for pair in utterances(file)]


def normalised(text: str) -> str:
    """Letters and digits only: 发货了吗？ and 发货了吗 are the same line."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return "".join(letter for letter in plain if letter.isalnum()) or plain


def domain() -> dict[str, list[str]]:
    found: dict[str, list[str]] = yaml.safe_load((HOME / "domain.yml").read_text(encoding="utf-8"))
    return found


def annotations(file: Path) -> list[tuple[str, str]]:
    """Pairs (entity, words) as they are marked in a file."""
    found = []
    for words, short, long in _ENTITY.findall(file.read_text(encoding="utf-8")):
        found.append((short or yaml.safe_load(long)["entity"], words))
    return found


def test_the_domain_speaks_the_public_vocabulary():
    assert domain()["intents"] == INTENTS
    assert domain()["entities"] == ENTITIES


@pytest.mark.parametrize("file", TRAINING_FILES + TEST_FILES, ids=lambda file: file.name)
def test_a_file_parses_and_holds_only_known_keys(file: Path):
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert content["version"] == "3.1"
    for group in content["nlu"]:
        assert set(group) in (
            {"intent", "examples"},
            {"lookup", "examples"},
            {"synonym", "examples"},
        )
        assert all(line.startswith("- ") for line in group["examples"].splitlines() if line)


@pytest.mark.parametrize("file", TRAINING_FILES + TEST_FILES, ids=lambda file: file.name)
def test_marked_entities_are_in_the_domain_and_not_blank(file: Path):
    wrong = [(e, w) for e, w in annotations(file) if e not in ENTITIES or w != w.strip() or not w]
    assert wrong == []


@pytest.mark.parametrize("file", TRAINING_FILES + TEST_FILES, ids=lambda file: file.name)
def test_no_markup_is_left_in_a_line(file: Path):
    assert [text for _, text in utterances(file) if re.search(r"[\[\]{}]", text)] == []


@pytest.mark.parametrize(
    ("files", "least"),
    [(TRAINING_FILES, TRAINING_MINIMUM), (TEST_FILES, TEST_MINIMUM)],
    ids=["training", "test"],
)
def test_every_intent_has_enough_lines_and_no_other_has_any(files: list[Path], least: int):
    counts = Counter(intent for intent, _ in labelled(files))
    assert {intent: counts[intent] for intent in INTENTS if counts[intent] < least} == {}
    assert set(counts) == set(INTENTS)


@pytest.mark.parametrize("files", [TRAINING_FILES, TEST_FILES], ids=["training", "test"])
def test_no_line_comes_twice(files: list[Path]):
    counts = Counter(normalised(text) for _, text in labelled(files))
    assert [text for text, count in counts.items() if count > 1] == []


def test_no_line_has_two_labels():
    intents = defaultdict(set)
    for intent, text in labelled(TRAINING_FILES + TEST_FILES):
        intents[normalised(text)].add(intent)
    assert {text: found for text, found in intents.items() if len(found) > 1} == {}


def test_no_test_line_was_seen_in_training():
    seen = {normalised(text) for _, text in labelled(TRAINING_FILES)}
    assert [text for _, text in labelled(TEST_FILES) if normalised(text) in seen] == []


def test_no_test_line_is_a_near_copy_of_one_in_training():
    """Fewer than seven of ten pairs of letters in common, see `tests.near_copies`."""
    trained, tested = ({text for _, text in labelled(f)} for f in (TRAINING_FILES, TEST_FILES))
    assert near_copies(trained, tested) == []


def test_entities_that_are_learned_have_examples():
    counts = Counter(entity for file in TRAINING_FILES for entity, _ in annotations(file))
    learned = set(ENTITIES) - {"order_id", "tracking_number", "phone", "tax_number"}
    assert {entity: counts[entity] for entity in learned if counts[entity] < 20} == {}
