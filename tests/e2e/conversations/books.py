"""What a conversation has written, row by row, in the words of its file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Engine, Row

from kefu.orders import tables
from kefu.orders.database import reading
from tests.e2e.attacks.ledger import Ledger
from tests.e2e.conversations.held import Held

_JUST_NOW = timedelta(minutes=10)
# Of no meaning for whoever reads a conversation, or checked in another way.
_LEFT_OUT = {"id", "order_id", "case_id", "customer_id", "sender_id", "created_at", "version"}
_LEFT_OUT |= {"idempotency_key", "phone_index", "conversation", "case_no", "ticket_no"}


@dataclass(frozen=True)
class _Change:
    """A row that is new, or differs; `was` has the raw values of before, `row` opened ones."""

    table: str
    key: Any
    was: Mapping[str, Any] | None
    row: Row
    columns: frozenset[str]


class Books:
    """The whole database, compared from one conversation to the next."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ledger = Ledger(engine)

    def close(self) -> None:
        """Close the ledger's connection."""
        self._ledger.close()

    def open(self) -> None:
        """Forget what has changed so far."""
        self._ledger.changes()

    def written(self, buyer: str, orders: Mapping[str, Held]) -> dict[str, Any]:
        """What has changed since `open`, as `rows` of a conversation says it.

        Amounts and numbers are texts, empty values are left out.

            order: columns of the order of that name that changed
            cases: rows added, with `of` where it is not `order`, and lines {sku: [pieces, cents]}
            moved: columns of cases that changed
            items: {sku: the one instead}
            stock: {sku: difference}
            invoices, ratings, tickets: rows added
            writes: commands in the audit log, each also under a key and in the outbox

        Raises:
            AssertionError: a row of somebody else, or of another order, has changed, or the rows of
                one write do not belong together.
        """
        changes = self._changes()
        names = {held.id: name for name, held in orders.items()}
        told: dict[str, Any] = defaultdict(list)
        for change in changes:
            _check_owner(change, buyer, names)
            if change.table == "orders":
                told[names[change.key]] = _plain(change)
            elif change.table == "cases":
                lines = self._lines(changes, change.key)
                about = _of(change, names) | ({"lines": lines} if lines else {})
                told["cases" if change.was is None else "moved"].append(about | _plain(change))
            elif change.table == "order_items":
                told.setdefault("items", {})
                told["items"] |= self._replaced(change)
            elif change.table == "product_variants":
                told.setdefault("stock", {})
                assert change.was is not None
                told["stock"][change.row.sku] = f"{change.row.stock - change.was['stock']:+d}"
            elif change.table in ("invoices", "ratings", "tickets"):
                told[change.table].append(_of(change, names) | _plain(change))
        told["writes"] = _writes(changes, buyer)
        return {name: value for name, value in told.items() if value}

    def _changes(self) -> list[_Change]:
        found = []
        with reading(self._engine) as connection:
            for table, key, before, after in self._ledger.changes():
                now, was = after.get((table, key)), before.get((table, key))
                assert now is not None, f"{table} {key} is gone"
                columns = tables.metadata.tables[table]
                own = [column == now[column.name] for column in columns.primary_key]
                row = connection.execute(select(columns).where(*own)).one()
                differ = frozenset(name for name in now if was is None or was[name] != now[name])
                found.append(_Change(table, key, was, row, differ))
        return found

    def _lines(self, changes: list[_Change], case_id: int) -> dict[str, list[str]]:
        with reading(self._engine) as connection:
            return {
                self._sku(connection, change.row.order_item_id): [
                    str(change.row.quantity),
                    str(change.row.amount_cents),
                ]
                for change in changes
                if change.table == "case_items" and change.row.case_id == case_id
            }

    def _replaced(self, change: _Change) -> dict[str, str]:
        variants = tables.product_variants
        assert change.was is not None
        assert change.columns == {"variant_id"}
        with reading(self._engine) as connection:
            skus = dict(connection.execute(select(variants.c.id, variants.c.sku)).all())
        return {skus[change.was["variant_id"]]: skus[change.row.variant_id]}

    @staticmethod
    def _sku(connection: Any, item_id: int) -> str:
        items, variants = tables.order_items, tables.product_variants
        found: str = connection.execute(
            select(variants.c.sku).join(items).where(items.c.id == item_id)
        ).scalar_one()
        return found


def _of(change: _Change, names: Mapping[int, str]) -> dict[str, str]:
    name = names.get(getattr(change.row, "order_id", 0), "order")
    return {} if name == "order" else {"of": name}


def _check_owner(change: _Change, buyer: str, names: Mapping[int, str]) -> None:
    row, table = change.row, change.table
    if table == "orders":
        assert row.id in names, f"another order, {row.order_no}, has changed"
    if table in ("cases", "invoices", "order_items"):
        assert row.order_id in names, f"a row of another order was written: {row}"
    if table in ("tickets", "ratings"):
        assert row.sender_id == buyer
    if table == "product_variants":
        assert change.columns == {"stock"}, change
    assert getattr(row, "customer_id", buyer) == buyer, f"a row of another buyer: {row}"
    assert table not in ("customers", "products", "parcels", "parcel_events", "payments"), row


def _plain(change: _Change) -> dict[str, Any]:
    found = {}
    for name in change.columns - _LEFT_OUT:
        was = None if change.was is None else change.was[name]
        value = _said(change.row._mapping[name], was)
        if value not in (None, "", [], "0") and (name, value) != ("tender", "money"):
            found[name] = value
    return found


def _said(value: Any, was: Any) -> Any:
    if isinstance(value, datetime):
        if was is not None:  # text in SQLite, a moment in PostgreSQL
            before = datetime.fromisoformat(str(was))
            before = before if before.tzinfo else before.replace(tzinfo=timezone.utc)
            if value > before and (value - before) % timedelta(days=1) == timedelta(0):
                return f"+{(value - before).days} days"
        if abs(datetime.now(timezone.utc) - value) < _JUST_NOW:
            return "now"
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, bool | list):
        return value
    return str(value)


def _writes(changes: list[_Change], buyer: str) -> list[str]:
    rows = defaultdict(list)
    for change in changes:
        rows[change.table].append(change.row)
    audit = rows["audit_log"]
    writes = [row.action for row in audit]
    assert all(row.customer_id == buyer and row.actor == "buyer" for row in audit)
    assert [row.command for row in sorted(rows["idempotency_keys"], key=_created)] == writes
    assert [row.topic for row in rows["outbox"]] == [f"order.{write}" for write in writes]
    told = [(row.payload["order_no"], row.payload["case_no"]) for row in rows["outbox"]]
    assert told == [(row.order_no, row.case_no) for row in audit]
    assert all(row.payload["customer_id"] == buyer for row in rows["outbox"])
    events = [(row.event, row.actor) for row in rows["case_events"]]
    assert events == [(row.action, "buyer") for row in audit if row.case_no]
    status = {row.id: row.status for row in rows["cases"]}
    last = {row.case_id: row.to_status for row in rows["case_events"]}
    assert last == status
    return writes


def _created(row: Row) -> datetime:
    at: datetime = row.created_at
    return at
