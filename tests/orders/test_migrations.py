"""The migrations make exactly the tables that the program writes to."""

from __future__ import annotations

from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.engine import Engine

from kefu.orders.database import altering, reading, upgrade, writing
from kefu.orders.migrate import alembic_config
from kefu.orders.read_model import views
from kefu.orders.tables import metadata


def schema(engine: Engine) -> dict[str, Any]:
    """What the database says of each table, constraints and partial indexes included."""
    with reading(engine) as connection:
        inspector = inspect(connection)
        return {
            table: {
                "columns": [
                    (column["name"], str(column["type"]), column["nullable"])
                    for column in inspector.get_columns(table)
                ],
                "checks": sorted(map(plain, inspector.get_check_constraints(table))),
                "foreign keys": sorted(map(plain, inspector.get_foreign_keys(table))),
                "unique": sorted(map(plain, inspector.get_unique_constraints(table))),
                "indexes": sorted(map(plain, inspector.get_indexes(table))),
            }
            for table in inspector.get_table_names()
            if table != "alembic_version"
        }


def plain(found: dict[str, Any]) -> str:
    """Comparable, with the condition of a partial index as text."""
    options = {key: str(value) for key, value in found.pop("dialect_options", {}).items()}
    return str(sorted((found | options).items()))


def downgrade(engine: Engine) -> None:
    with altering(engine) as connection:
        command.downgrade(alembic_config(connection), "base")


def test_autogenerate_finds_nothing_left_to_migrate(engine: Engine) -> None:
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_migrated_tables_equal_those_made_from_the_metadata(engine: Engine) -> None:
    migrated = schema(engine)
    downgrade(engine)
    with writing(engine) as connection:
        metadata.create_all(connection)
    assert schema(engine) == migrated
    assert len(migrated) == len(metadata.tables) == 17


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    before = schema(engine)
    upgrade(engine)
    assert schema(engine) == before


def test_the_views_have_the_columns_that_the_program_reads(engine: Engine) -> None:
    with reading(engine) as connection:
        inspector = inspect(connection)
        assert set(inspector.get_view_names()) == set(views.tables)
        for name, view in views.tables.items():
            found = [column["name"] for column in inspector.get_columns(name)]
            assert found == view.columns.keys(), name


def test_downgrade_leaves_no_table_and_no_view(engine: Engine) -> None:
    downgrade(engine)
    assert schema(engine) == {}
    with reading(engine) as connection:
        assert inspect(connection).get_view_names() == []
