"""What buyers wrote is sealed: conversations and reasons of tickets, of cases, of ratings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

from kefu.orders.migrations import carry_0003 as carry

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# A sealed value is no JSON.
WAS_JSON = (("tickets", "conversation"), ("cases", "evidence"))


def upgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        op.execute("PRAGMA secure_delete = ON")  # no plain text stays in the file's free pages
    with _views_aside(bind):
        for table, column in WAS_JSON:
            with op.batch_alter_table(table) as batch:
                batch.alter_column(
                    column, existing_type=sa.JSON(), type_=sa.Text(), existing_nullable=False
                )
    carry.up(bind)


def downgrade() -> None:
    bind = op.get_bind()
    carry.down(bind)
    with _views_aside(bind):
        for table, column in WAS_JSON:
            with op.batch_alter_table(table) as batch:
                batch.alter_column(
                    column,
                    existing_type=sa.Text(),
                    type_=sa.JSON(),
                    existing_nullable=False,
                    postgresql_using=f"{column}::json",
                )


@contextmanager
def _views_aside(bind: Connection) -> Iterator[None]:
    """SQLite renames no table while a view names it; the views come back as they were."""
    if bind.dialect.name != "sqlite":
        yield
        return
    found = bind.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'view'").all()
    for name, _ in found:
        bind.exec_driver_sql(f'DROP VIEW "{name}"')
    yield
    for _, made_by in found:
        bind.exec_driver_sql(made_by)
