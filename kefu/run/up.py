"""`kefu up`: everything a shop on one machine needs, from nothing to an answer."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import yaml
from rich.console import Console

from kefu.errors import SettingsError
from kefu.run.ports import LOOPBACK, require_free
from kefu.run.prepare import prepare_database, prepare_knowledge, prepare_model
from kefu.run.process import Process
from kefu.run.steps import Steps
from kefu.run.supervisor import Stopped, Supervisor, stopped_by_signals
from kefu.settings import HOME, Settings
from kefu.training import check_model

WEBHOOK = "/webhooks/rest/webhook"
_ANY_ADDRESS = "0.0.0.0"  # noqa: S104 - in production, behind nginx


def up(settings: Settings, console: Console, *, model: Path | None = None) -> None:
    """Prepare, start, and stay until Ctrl-C.

    Args:
        settings: where everything is.
        console: for people.
        model: a trained model to serve instead of the one that fits the data.

    Raises:
        KefuError: what is wrong and what to do, in one sentence.
    """
    steps = Steps(console)
    supervisor: Supervisor | None = None
    try:
        with stopped_by_signals():
            try:
                check_settings(settings)
                chosen = _prepare(settings, steps, model)
                supervisor = Supervisor(servers(settings, chosen, steps.warn))
                _start(supervisor, steps)
                console.print(welcome(settings), markup=False, highlight=False, soft_wrap=True)
                supervisor.watch()
            finally:
                if supervisor is not None:
                    supervisor.stop()
    except Stopped:
        console.print("\nEverything is stopped.", highlight=False)


def check_settings(settings: Settings) -> None:
    """Find before any long step what would fail after it.

    Raises:
        SettingsError: production without a key for buyers' tokens or for personal data; a shop's
            address without a secret.
        PortInUseError: another program has a port that we need.
    """
    from kefu.orders.keys import data_keys
    from kefu.orders.signed_client import check_shop_settings

    if not settings.development and settings.jwt_key is None:
        raise SettingsError(
            "KEFU_JWT_KEY is not set: outside development it is what verifies buyers' tokens; "
            "set it, or unset KEFU_ENV."
        )
    data_keys(settings)
    check_shop_settings(settings)
    require_free(settings.port, "Rasa", "KEFU_PORT")
    require_free(settings.action_port, "the action server", "KEFU_ACTION_PORT")


def _prepare(settings: Settings, steps: Steps, model: Path | None) -> Path:
    prepare_database(settings, steps)
    prepare_knowledge(settings, steps)
    if model is not None:
        check_model(model)
        return model
    return prepare_model(settings, steps)


def _start(supervisor: Supervisor, steps: Steps) -> None:
    with steps.step("starting the action server and Rasa") as show:
        supervisor.start(lambda names: show(f"waiting for {' and '.join(names)}"))


def servers(
    settings: Settings, model: Path, echo: Callable[[str], None], home: Path = HOME
) -> list[Process]:
    """The action server, Rasa and, with KEFU_SHOP_URL, the outbox's relay, not yet started.

    Args:
        settings: ports, and who may connect.
        model: what Rasa serves.
        echo: takes the warnings and errors in their logs.
        home: the project's root.
    """
    logs = home / "var" / "log"
    rasa = [sys.executable, "-m", "rasa", "run"]
    # What `rasa run actions` runs once it has imported all of Rasa, which nothing there needs.
    actions = [sys.executable, "-m", "rasa_sdk", "--actions", "actions"]
    interface = LOOPBACK if settings.development else _ANY_ADDRESS
    action_server = Process(
        "the action server",
        [*actions, "--port", str(settings.action_port)],
        log=logs / "actions.log",
        folder=home,
        # It trusts whoever calls it, so only this machine may.
        environment={"SANIC_HOST": LOOPBACK},
        health_url=f"http://{LOOPBACK}:{settings.action_port}/health",
        echo=echo,
    )
    rasa_server = Process(
        "Rasa",
        [
            *rasa,
            *("--interface", interface),
            *("--port", str(settings.port)),
            *("--model", str(model)),
            *("--endpoints", str(endpoints_for(settings, home))),
        ],
        log=logs / "rasa.log",
        folder=home,
        health_url=f"http://{LOOPBACK}:{settings.port}/",
        # Rasa serves on without a model after these words of rasa/core/agent.py.
        fatal=("Could not load model", "No valid model found"),
        echo=echo,
    )
    if settings.shop_url is None:
        return [action_server, rasa_server]
    relay = Process(
        "the outbox's relay",
        [sys.executable, "-m", "kefu.cli", "outbox", "send", "--watch"],
        log=logs / "outbox.log",
        folder=home,
        echo=echo,
    )
    return [action_server, rasa_server, relay]


def endpoints_for(settings: Settings, home: Path = HOME) -> Path:
    """endpoints.yml, or a copy in var/ whose action server has the port of the settings."""
    original = home / "endpoints.yml"
    content = yaml.safe_load(original.read_text(encoding="utf-8"))
    wanted = f"http://{LOOPBACK}:{settings.action_port}/webhook"
    default_port = settings.__fields__["action_port"].default
    if settings.action_port == default_port or content["action_endpoint"]["url"] == wanted:
        return original
    content["action_endpoint"]["url"] = wanted
    copy = home / "var" / "endpoints.yml"
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return copy


def welcome(settings: Settings) -> str:
    """What to try now."""
    address = f"http://{LOOPBACK}:{settings.port}{WEBHOOK}"
    token = "" if settings.development else " -H 'Authorization: Bearer TOKEN'"
    lines = [
        "",
        f"Kefu answers at {address}",
        "",
        f"  curl -s {address}{token} -H 'Content-Type: application/json' \\",
        """       -d '{"sender": "buyer-0001", "message": "我的快递到哪了"}'""",
        "",
    ]
    if settings.development:
        lines.append(
            "The demo shop's buyers: buyer-0001 to buyer-0200. Development trusts that name."
        )
    if settings.llm_base_url is None:
        lines.append("No KEFU_LLM_BASE_URL: the knowledge base alone answers free questions.")
    else:
        lines.append(f"Language model: {settings.llm_model} at {settings.llm_base_url}")
    lines.append(
        "Logs: var/log. State of all parts: .venv/bin/kefu doctor. Ctrl-C stops everything."
    )
    return "\n".join(lines)
