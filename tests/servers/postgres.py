"""Databases for tests: `postgres_url`, and `engine`, which runs a test on SQLite and PostgreSQL."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine, make_url

from kefu.orders.database import make_engine, upgrade
from kefu.settings import load_settings
from tests.servers.postgres_server import THROWAWAY, NoServerError, own_server

_names = (f"kefu_test_{number}" for number in itertools.count(1))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Address of an empty database on a server that lives as long as the test session."""
    try:
        with own_server(THROWAWAY) as url:
            with _autocommit(url) as run:
                run("CREATE DATABASE kefu")
            yield _database(url, "kefu")
    except NoServerError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def postgres_shop(postgres_url: str) -> str:
    """Address of one more empty database, for an assistant that lives as long as the session."""
    with _autocommit(postgres_url) as run:
        run("CREATE DATABASE kefu_shop")
    return _database(postgres_url, "kefu_shop")


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[Callable[..., str]]:
    """A maker of databases, empty or copies of a `template`; they are dropped after the test."""
    made: list[str] = []

    def make(template: str = "template1") -> str:
        name = next(_names)
        with _autocommit(postgres_url) as run:
            run(f"CREATE DATABASE {name} TEMPLATE {template}")
        made.append(name)
        return _database(postgres_url, name)

    yield make
    for name in made:
        with _autocommit(postgres_url) as run:
            run(f"DROP DATABASE {name} WITH (FORCE)")


def _database(postgres_url: str, name: str) -> str:
    return make_url(postgres_url).set(database=name).render_as_string(hide_password=False)


class _autocommit:  # noqa: N801 - reads as a verb
    """`with _autocommit(url) as run: run("CREATE DATABASE x")`."""

    def __init__(self, url: str) -> None:
        self._engine = make_engine(load_settings(database_url=url, database_timeout_seconds=30))

    def __enter__(self) -> Callable[[str], None]:
        self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        return lambda statement: self._connection.execute(text(statement)) and None

    def __exit__(self, *error: object) -> None:
        self._connection.close()
        self._engine.dispose()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with tables and no rows, to be copied: migrating each took longer."""
    file = tmp_path_factory.mktemp("migrated") / "kefu.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_name(postgres_url: str) -> str:
    """The same on PostgreSQL, by its name there."""
    with _autocommit(postgres_url) as run:
        run("CREATE DATABASE kefu_migrated")
    _migrate(_database(postgres_url, "kefu_migrated"))
    return "kefu_migrated"


def _migrate(url: str) -> None:
    engine = make_engine(load_settings(database_url=url, database_timeout_seconds=30))
    upgrade(engine)
    engine.dispose()


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)],
)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a database: once SQLite, once PostgreSQL.

    It has no tables yet, unless the test asks for `engine` as well.
    """
    migrated = "engine" in request.fixturenames
    if request.param == "sqlite":
        file = tmp_path / "shop" / "kefu.db"
        if migrated:
            file.parent.mkdir()
            shutil.copy(request.getfixturevalue("migrated_file"), file)
        return f"sqlite:///{file}"
    make: Callable[..., str] = request.getfixturevalue("postgres_database")
    return make(request.getfixturevalue("migrated_name")) if migrated else make()


@pytest.fixture
def bare_engine(database_url: str) -> Iterator[Engine]:
    """An engine for `database_url`, before any migration."""
    # Patient, because a test machine may be busy.
    engine = make_engine(load_settings(database_url=database_url, database_timeout_seconds=30))
    yield engine
    engine.dispose()


@pytest.fixture
def engine(bare_engine: Engine) -> Engine:
    """A migrated, empty order database: once SQLite, once PostgreSQL."""
    return bare_engine
