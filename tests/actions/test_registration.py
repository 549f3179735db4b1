"""domain.yml and the package name the same actions."""

from __future__ import annotations

import subprocess
import sys

import yaml

from kefu.settings import HOME

# In a process of its own: rasa-sdk registers every subclass there is, those of tests included.
REGISTERED = """
from rasa_sdk.executor import ActionExecutor
executor = ActionExecutor()
executor.register_package("actions")
print(" ".join(executor.actions))
"""


def test_every_action_of_the_domain_is_there_and_no_other():
    done = subprocess.run(
        [sys.executable, "-c", REGISTERED], cwd=HOME, capture_output=True, text=True, check=True
    )
    domain = yaml.safe_load((HOME / "domain.yml").read_text(encoding="utf-8"))
    assert sorted(done.stdout.split()) == sorted(domain["actions"])


def test_no_slot_is_filled_by_what_a_buyer_types_unless_a_form_asks_for_it():
    domain = yaml.safe_load((HOME / "domain.yml").read_text(encoding="utf-8"))
    for name, slot in domain["slots"].items():
        for mapping in slot["mappings"]:
            asked = [place["active_loop"] for place in mapping.get("conditions", ())]
            assert mapping["type"] == "custom" or asked == ["refund_form"], name
