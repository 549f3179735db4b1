"""The SQLite file that is gone, replaced, locked, read-only or full."""

from __future__ import annotations

import os
import pwd
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from kefu.orders.database import make_engine
from kefu.settings import load_settings
from tests.actions.conftest import DATA_KEYS
from tests.orders.ledger import everything
from tests.orders.outage.conftest import Place
from tests.orders.outage.visit import AskRefund, answered, apologised, ask, look, new_message

pytestmark = pytest.mark.alone


def file_of(local: Place) -> Path:
    return Path(local.engine.url.database)


@pytest.mark.parametrize("warm", [True, False], ids=["connected", "not yet connected"])
def test_a_file_that_is_gone_is_not_made_anew(local: Place, warm: bool) -> None:
    file, message = file_of(local), new_message()
    before = everything(local.engine)
    local.engine.dispose()
    if warm:
        assert all(map(answered, look()))
    away = file.rename(file.with_name("away.db"))
    assert all(map(apologised, look()))
    assert apologised(*ask(AskRefund(local.order_no), message_id=message))
    assert not file.exists()
    away.rename(file)
    assert everything(local.engine) == before
    assert all(map(answered, look()))
    assert answered(*ask(AskRefund(local.order_no), message_id=message))


def test_a_backup_that_was_put_back_is_written_to(local: Place) -> None:
    """Not the removed file, which lives on for those who have it open."""
    file = file_of(local)
    assert all(map(answered, look()))
    with closing(sqlite3.connect(file)) as old, closing(sqlite3.connect(f"{file}.new")) as new:
        old.backup(new)
    local.engine.dispose()
    for rest in ("-wal", "-shm"):
        file.with_name(file.name + rest).unlink(missing_ok=True)
    shutil.move(f"{file}.new", file)
    (told,) = ask(AskRefund(local.order_no))
    assert answered(told)
    assert [case.case_no for case in everything(local.engine)["cases"]] == [told.text]


@contextmanager
def locked(file: Path, *statements: str) -> Iterator[None]:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        for statement in statements:
            other.execute(statement)
        yield
        if other.in_transaction:
            other.execute("ROLLBACK")


def test_a_file_that_another_program_writes_to(local: Place) -> None:
    message = new_message()
    with locked(file_of(local), "BEGIN IMMEDIATE"):
        assert all(map(answered, look()))
        before = everything(local.engine)
        assert apologised(*ask(AskRefund(local.order_no), message_id=message))
        assert everything(local.engine) == before
    assert answered(*ask(AskRefund(local.order_no), message_id=message))


def test_a_file_that_another_program_has_for_itself(local: Place) -> None:
    message = new_message()
    local.engine.dispose()
    exclusive = ("PRAGMA locking_mode = EXCLUSIVE", "BEGIN IMMEDIATE")
    with locked(file_of(local), *exclusive):
        assert all(map(apologised, look()))
        assert apologised(*ask(AskRefund(local.order_no), message_id=message))
    assert all(map(answered, look()))
    assert answered(*ask(AskRefund(local.order_no), message_id=message))


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Root may write whatever the mode says."""
    me = os.geteuid()
    if me == 0:
        os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(me)


@pytest.fixture
def open_to_all(local: Place, use: Callable[[str], None]) -> Iterator[Place]:
    """The shop in a folder that every user may look into."""
    local.engine.dispose()
    with tempfile.TemporaryDirectory(prefix="kefu-shop-") as name:
        folder = Path(name)
        file = Path(shutil.copy(file_of(local), folder / "kefu.db"))
        for place, mode in ((folder, 0o777), (file, 0o666)):
            place.chmod(mode)
        url = f"sqlite:///{file}"
        engine = make_engine(load_settings(database_url=url, data_keys=DATA_KEYS))
        use(url)
        yield Place(engine, url, local.order_no)
        engine.dispose()


def test_a_file_that_may_not_be_written(open_to_all: Place) -> None:
    file, message = file_of(open_to_all), new_message()
    file.chmod(0o444)
    with as_somebody_else():
        before = everything(open_to_all.engine)
        assert all(map(answered, look()))
        assert apologised(*ask(AskRefund(open_to_all.order_no), message_id=message))
        assert everything(open_to_all.engine) == before
        open_to_all.engine.dispose()  # it stands for another process
    for one in file.parent.iterdir():  # SQLite gave its log the mode of the file
        one.chmod(0o666)
    with as_somebody_else():
        assert answered(*ask(AskRefund(open_to_all.order_no), message_id=message))
