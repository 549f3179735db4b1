"""The parts that Kefu needs, each with the look that tells how it is."""

from __future__ import annotations

import os
import platform
import sys
import sysconfig
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path

from kefu.doctor.findings import Check, Finding, State
from kefu.errors import (
    DatabaseError,
    KefuError,
    LlmError,
    ModelError,
    SealedValueError,
    SettingsError,
)
from kefu.run.ports import LOOPBACK, is_free, owner
from kefu.settings import Settings
from kefu.training import ModelShelf, check_model

_HTTP_TIMEOUT_SECONDS = 2.0
_MAKE_RUN = "make run"


def checks(settings: Settings, home: Path) -> list[Check]:
    """All of them, from the ground up."""
    looks: dict[str, Callable[[], Finding]] = {
        "Python": _python,
        "telemetry": _telemetry,
        "torch": partial(_torch, settings),
        "encoder": partial(_encoder, settings),
        "trained model": partial(_model, settings, home),
        "order database": partial(_database, settings),
        "data keys": partial(_data_keys, settings),
        "knowledge index": partial(_knowledge, settings),
        "language model": partial(_language_model, settings),
        "identity": partial(_identity, settings),
        "Rasa's port": partial(
            _port, "Rasa's port", settings.port, "/", "Hello from Rasa", "KEFU_PORT"
        ),
        "action server's port": partial(
            _port,
            "action server's port",
            settings.action_port,
            "/health",
            '"status"',
            "KEFU_ACTION_PORT",
        ),
    }
    return [Check(part, look) for part, look in looks.items()]


def _python() -> Finding:
    part, detail = "Python", f"{platform.python_version()}, {sys.prefix}"
    if sys.version_info[:2] != (3, 10):
        return Finding(part, State.BROKEN, detail, "scripts/bootstrap.sh makes a Python 3.10")
    return Finding(part, State.GOOD, detail)


def _telemetry() -> Finding:
    part = "telemetry"
    if os.environ.get("RASA_TELEMETRY_ENABLED", "").lower() == "true":
        return Finding(
            part,
            State.ATTENTION,
            "on: Rasa sends usage data and stack traces",
            "unset RASA_TELEMETRY_ENABLED",
        )
    if not Path(sysconfig.get_path("purelib"), "kefu_environment.pth").is_file():
        return Finding(
            part,
            State.ATTENTION,
            "off for kefu, but not for a `rasa` called by hand",
            "scripts/bootstrap.sh runtime",
        )
    return Finding(part, State.GOOD, "off for every program of this environment")


def _torch(settings: Settings) -> Finding:
    import torch

    cuda = torch.cuda.is_available()
    device = torch.cuda.get_device_name() if cuda else f"CPU, {torch.get_num_threads()} threads"
    detail = f"{torch.__version__}, {device}"
    if settings.device == "cuda" and not cuda:
        return Finding("torch", State.BROKEN, f"{detail}; no CUDA device", "unset KEFU_DEVICE")
    return Finding("torch", State.GOOD, detail)


def _encoder(settings: Settings) -> Finding:
    from kefu.encoder import Encoder

    try:
        encoder = Encoder.load(settings.encoder, settings.device)
    except KefuError as error:
        return Finding(
            "encoder", State.BROKEN, str(error), "unset KEFU_ENCODER or mend that folder"
        )
    detail = f"{settings.encoder}, dimension {encoder.dimension}"
    return Finding("encoder", State.GOOD, detail)


def _model(settings: Settings, home: Path) -> Finding:
    part, shelf = "trained model", ModelShelf(settings, home)
    model = shelf.fitting()
    if not model.exists():
        old = shelf.ours()
        detail = f"{old[0].name} does not fit the data any more" if old else "never trained"
        return Finding(part, State.BROKEN, detail, f"kefu train, or {_MAKE_RUN}")
    try:
        metadata = check_model(model)
    except ModelError as error:
        return Finding(part, State.BROKEN, str(error), f"rm {model.relative_to(home)}; kefu train")
    trained_at = str(metadata.get("trained_at", ""))[:16]
    return Finding(part, State.GOOD, f"{model.name} fits the data, trained {trained_at}")


def _database(settings: Settings) -> Finding:
    from sqlalchemy import func, select

    from kefu.orders import tables
    from kefu.orders.database import address, check_schema, make_engine, reading
    from kefu.orders.view_check import check_views

    part, engine = "order database", make_engine(settings)
    try:
        check_schema(engine)
        problems = check_views(engine)
        if problems:
            return Finding(part, State.BROKEN, problems[0], "mend it; kefu db check-views")
        with reading(engine) as connection:
            buyers, orders = (
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (tables.customers, tables.orders)
            )
    except DatabaseError as error:
        return Finding(part, State.BROKEN, str(error), f"kefu db upgrade, or {_MAKE_RUN}")
    finally:
        engine.dispose()
    detail = f"{address(engine)}, {buyers} buyers, {orders} orders"
    if not buyers:
        return Finding(part, State.ATTENTION, detail, "kefu db seed fills the demo shop")
    return Finding(part, State.GOOD, detail)


def _data_keys(settings: Settings) -> Finding:
    from kefu.orders.database import check_schema, make_engine
    from kefu.orders.rotation import keys_in_use

    part = "data keys"
    try:
        engine = make_engine(settings)
        try:
            check_schema(engine)
            found = keys_in_use(engine)
        finally:
            engine.dispose()
    except (SettingsError, SealedValueError) as error:
        return Finding(part, State.BROKEN, str(error), "mend KEFU_DATA_KEYS")
    except DatabaseError:
        return Finding(part, State.ATTENTION, "not tried without an order database", "see there")
    if found.current is None:
        return Finding(part, State.GOOD, "no personal data is sealed yet")
    where = "KEFU_DATA_KEYS" if settings.data_keys else str(settings.data_keys_file)
    detail = f"{where} opens personal data"
    if found.others:
        detail += f"; some is still {' and '.join(found.others)}"
        return Finding(part, State.ATTENTION, detail, "kefu db rotate-keys")
    if settings.development and settings.data_keys is None:
        return Finding(part, State.GOOD, detail, "to serve buyers: KEFU_DATA_KEYS")
    return Finding(part, State.GOOD, f"{detail}, {found.current} seals")


def _knowledge(settings: Settings) -> Finding:
    from kefu.knowledge.documents import read_articles
    from kefu.knowledge.entries import Contents
    from kefu.knowledge.stores import store_for

    part, step = "knowledge index", f"kefu kb sync, or {_MAKE_RUN}"
    articles = read_articles(settings.kb_dir)
    manifest = store_for(settings).current()
    if manifest is None:
        detail = f"{settings.kb_dir.name}/ has {len(articles)} articles, none is indexed"
        return Finding(part, State.BROKEN, detail, step)
    detail = f"{len(manifest.slugs)} articles, {manifest.passages} passages"
    if Contents(articles, manifest.encoder).name != manifest.name:
        detail += f", out of step with {settings.kb_dir.name}/ ({len(articles)} articles)"
        return Finding(part, State.ATTENTION, detail, step)
    return Finding(part, State.GOOD, f"{detail}, in step with {settings.kb_dir.name}/")


def _language_model(settings: Settings) -> Finding:
    from kefu.llm.client import LanguageModel

    part, model = "language model", LanguageModel.from_settings(settings)
    if model is None:
        detail = "none; the knowledge base alone answers free questions"
        return Finding(part, State.GOOD, detail, "optional: KEFU_LLM_BASE_URL")
    try:
        served = model.check()
    except LlmError as error:
        return Finding(part, State.ATTENTION, str(error), "start that server or unset the variable")
    finally:
        model.close()
    return Finding(part, State.GOOD, f"{served} at {settings.llm_base_url}")


def _identity(settings: Settings) -> Finding:
    part = "identity"
    if settings.development:
        return Finding(
            part,
            State.GOOD,
            "development: the sender's name is trusted, on this machine only",
            "to serve buyers: KEFU_ENV=production and KEFU_JWT_KEY",
        )
    if settings.jwt_key is None:
        return Finding(part, State.BROKEN, "production without a key", "set KEFU_JWT_KEY")
    return Finding(part, State.GOOD, f"production, {settings.jwt_algorithm} tokens")


def _port(part: str, port: int, path: str, greeting: str, variable: str) -> Finding:
    if is_free(port):
        return Finding(part, State.GOOD, f"{port} is free")
    if greeting in _get(f"http://{LOOPBACK}:{port}{path}"):
        return Finding(part, State.GOOD, f"{port}, serving ({owner(port) or 'owner unknown'})")
    holder = owner(port) or "another program"
    return Finding(
        part, State.BROKEN, f"{port} is in use by {holder}", f"stop it or set {variable}"
    )


def _get(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=_HTTP_TIMEOUT_SECONDS) as response:  # noqa: S310
            return str(response.read(200).decode("utf-8", "replace"))
    except (urllib.error.URLError, OSError, ValueError):
        return ""
