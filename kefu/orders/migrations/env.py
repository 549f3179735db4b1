"""Alembic's entry: runs the migrations on the connection that `kefu.orders.migrate` hands over."""

from __future__ import annotations

from alembic import context

from kefu.orders.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    render_as_batch=True,  # SQLite cannot alter a column; batches copy the table instead
)
with context.begin_transaction():
    context.run_migrations()
