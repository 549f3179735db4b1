"""domain.yml and the package name the same actions."""

from __future__ import annotations

import subprocess
import sys

import yaml

from actions.task_form import STEPS
from kefu.settings import HOME
from kefu.tasks import CONFIRMED, TASKS

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


def test_no_slot_is_filled_by_what_a_buyer_types():
    domain = yaml.safe_load((HOME / "domain.yml").read_text(encoding="utf-8"))
    for name, slot in domain["slots"].items():
        assert [mapping["type"] for mapping in slot["mappings"]] == ["custom"], name


def test_each_answer_of_a_task_has_its_slot():
    domain = yaml.safe_load((HOME / "domain.yml").read_text(encoding="utf-8"))
    held = {name.removeprefix("task_") for name in domain["slots"] if name.startswith("task_")}
    assert held == {*STEPS, CONFIRMED, "key"}


def test_each_intent_of_a_task_is_in_the_domain():
    domain = yaml.safe_load((HOME / "domain.yml").read_text(encoding="utf-8"))
    wanted = {intent for task in TASKS.values() for intent in task.intents}
    assert wanted <= set(domain["intents"])
