"""What must be in place before the servers start: database, knowledge index, model."""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from pathlib import Path

from kefu.errors import KefuError
from kefu.run.process import Process
from kefu.run.steps import Steps
from kefu.settings import HOME, Settings
from kefu.training import ModelShelf, encoder_digest


def prepare_database(settings: Settings, steps: Steps) -> None:
    """Bring the tables up to date; in development also fill an empty shop.

    Raises:
        DatabaseError: it cannot be reached or changed.
    """
    from kefu.orders.database import is_empty, make_engine, upgrade
    from kefu.orders.demo import seed_demo_shop

    engine = make_engine(settings)
    try:
        with steps.step("order database"):
            upgrade(engine)
        if settings.development and is_empty(engine):
            with steps.step("demo shop"):
                seed_demo_shop(engine, now=datetime.now(timezone.utc))
    finally:
        engine.dispose()


def prepare_knowledge(settings: Settings, steps: Steps, home: Path = HOME) -> None:
    """Index kb/ in a process of its own, so that torch's memory goes away with it.

    Loading the encoder takes seconds, so a stamp tells when there is nothing to do.

    Raises:
        KefuError: as that process says.
    """
    stamp = home / "var" / "kb-index.stamp"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == _knowledge_state(settings):
        steps.done("knowledge index")
        return
    with steps.step("knowledge index") as show:
        syncing = Process(
            "kefu kb sync",
            [sys.executable, "-m", "kefu.cli", "kb", "sync"],
            log=home / "var" / "log" / "kb-sync.log",
            folder=home,
            listen=show,
        )
        try:
            syncing.start()
            code = syncing.wait()
        finally:
            syncing.stop()
        if code != 0:
            lines = syncing.last_lines(1) or [f"see {syncing.log}"]
            raise KefuError(f"kb/ could not be indexed: {lines[0].removeprefix('✗ ')}")
    stamp.write_text(_knowledge_state(settings), encoding="utf-8")


def _knowledge_state(settings: Settings) -> str:
    """What the index is and what it would be made from; another text means that it is stale."""
    from kefu.knowledge.documents import read_articles
    from kefu.knowledge.entries import Contents
    from kefu.knowledge.stores import store_for

    encoder = encoder_digest(settings.encoder)
    contents = Contents(read_articles(settings.kb_dir), encoder)
    current = store_for(settings).current()
    return f"{contents.name} {current.name if current is not None else 'none'}"


def prepare_model(settings: Settings, steps: Steps, home: Path = HOME) -> Path:
    """The model that fits the data, trained now if there is none.

    Raises:
        ModelError: it is damaged, or training failed.
    """
    shelf = ModelShelf(settings, home)
    if shelf.fitting().exists():
        model = shelf.ensure()
        steps.done(f"model {model.relative_to(home)}")
        return model
    with steps.step("training the model (some minutes; log in var/log/train.log)") as show:
        return shelf.ensure(show, steps.warn)
