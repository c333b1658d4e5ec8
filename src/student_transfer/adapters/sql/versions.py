"""How a database is brought up to date with this version of the library.

Two things have versions: the tables, and what `student_transfer.matching` makes of a
student, which the tables keep. Either may have to be brought up to date.
"""

import json
from collections.abc import Callable, Mapping, Sequence

import attrs
import sqlalchemy as sa

from student_transfer.adapters.sql import schema
from student_transfer.adapters.sql.connection import Transaction
from student_transfer.adapters.sql.rosters import SqlRoster
from student_transfer.errors import StorageVersionError
from student_transfer.matching import BLOCKING_VERSION

Step = Callable[[sa.Connection], None]


def _is_sqlite(connection: sa.Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _text(connection: sa.Connection) -> str:
    return "TEXT" if _is_sqlite(connection) else 'TEXT COLLATE "C"'


def _number_the_keys(connection: sa.Connection) -> None:
    """Keep keys as numbers, and of terms no more than how many students have each."""
    text = _text(connection)
    end = " WITHOUT ROWID" if _is_sqlite(connection) else ""
    for statement in (
        "DROP TABLE st_blocking_keys",
        "DROP TABLE st_terms",
        f"""
        CREATE TABLE st_blocking_keys (
          site_id {text} NOT NULL,
          value BIGINT NOT NULL,
          student_key {text} NOT NULL,
          PRIMARY KEY (site_id, value, student_key)
        ){end}
        """,
        f"""
        CREATE TABLE st_term_counts (
          site_id {text} NOT NULL,
          term BIGINT NOT NULL,
          slot INTEGER NOT NULL,
          students INTEGER NOT NULL,
          PRIMARY KEY (site_id, term, slot)
        ){end}
        """,
        _WRITE_AGAIN,
    ):
        connection.exec_driver_sql(statement)


_WRITE_AGAIN = "UPDATE st_schema_version SET blocking = 0"
"""Ends a step that empties what `SqlRoster.index_again` writes."""


def _find_records(connection: sa.Connection) -> None:
    """Let it be found who has a record."""
    connection.exec_driver_sql(
        "CREATE INDEX st_records_of_origin "
        "ON st_records (site_id, origin_site_id, origin_id, student_key)"
    )


def _find_taken(connection: sa.Connection) -> None:
    """Let it be found which rows of an import have a student."""
    text = _text(connection)
    for column in ("match_key", "became_key"):
        connection.exec_driver_sql(
            f"ALTER TABLE st_import_rows ADD COLUMN {column} {text}"
        )
    _fill_rows(connection, "match_key = :match, became_key = :became", _taken)
    for name in ("match", "became"):
        connection.exec_driver_sql(
            f"CREATE INDEX st_import_rows_of_{name} "
            f"ON st_import_rows (import_id, {name}_key)"
        )


def _fill_rows(
    connection: sa.Connection,
    columns: str,
    values_of: Callable[[str], Mapping[str, str | None]],
) -> None:
    """Fill columns of the rows of all imports by what is in them.

    Args:
        connection: The database.
        columns: How the columns are set.
        values_of: Gives what they are set to, of a row as it is kept.
    """
    rows_of = sa.text(
        "SELECT source_key, payload FROM st_import_rows WHERE import_id = :import_id"
    )
    write = sa.text(
        f"UPDATE st_import_rows SET {columns} "  # noqa: S608 - the names are ours
        "WHERE import_id = :import_id AND source_key = :source_key"
    )
    for (import_id,) in connection.execute(sa.text("SELECT id FROM st_imports")).all():
        # One import at a time: those of all years do not have to fit into memory.
        rows = connection.execute(rows_of, {"import_id": import_id}).all()
        filled = [
            {"import_id": import_id, "source_key": key, **values_of(payload)}
            for key, payload in rows
        ]
        if filled:
            connection.execute(write, filled)


def _taken(payload: str) -> dict[str, str | None]:
    """Read whom a row takes, as rows were written then."""
    row = json.loads(payload)
    outcome = row.get("outcome") or {}
    return {"match": row["decision"].get("match"), "became": outcome.get("student")}


def _keep_applied_matches(connection: sa.Connection) -> None:
    """Keep what imports' matches fill from now on, so that it can be undone."""
    text = _text(connection)
    instant = "VARCHAR(32)" if _is_sqlite(connection) else "TIMESTAMP WITH TIME ZONE"
    for statement in (
        f"""
        CREATE TABLE st_arrivals (
          import_id {text} NOT NULL,
          source_key {text} NOT NULL,
          site_id {text} NOT NULL,
          landed_on {text} NOT NULL,
          arrived_at {instant} NOT NULL,
          undone BOOLEAN NOT NULL,
          payload TEXT NOT NULL,
          PRIMARY KEY (import_id, source_key),
          FOREIGN KEY(import_id) REFERENCES st_imports (id)
        )
        """,
        "CREATE INDEX st_arrivals_onto ON st_arrivals (site_id, landed_on)",
    ):
        connection.exec_driver_sql(statement)


def _put_the_site_into_numbers(connection: sa.Connection) -> None:
    """Keep keys and counts without a column for their site: numbers tell it."""
    text = _text(connection)
    end = " WITHOUT ROWID" if _is_sqlite(connection) else ""
    for statement in (
        "DROP TABLE st_blocking_keys",
        "DROP TABLE st_term_counts",
        f"""
        CREATE TABLE st_blocking_keys (
          value BIGINT NOT NULL,
          student_key {text} NOT NULL,
          PRIMARY KEY (value, student_key)
        ){end}
        """,
        f"""
        CREATE TABLE st_term_counts (
          term BIGINT NOT NULL,
          slot INTEGER NOT NULL,
          students INTEGER NOT NULL,
          PRIMARY KEY (term, slot)
        ){end}
        """,
        _WRITE_AGAIN,
    ):
        connection.exec_driver_sql(statement)


def _find_merges(connection: sa.Connection) -> None:
    """Let it be found who was merged into a student."""
    connection.exec_driver_sql(
        "CREATE INDEX st_merges_of_survivor ON st_merges (site_id, survivor)"
    )


def _keep_who_was_sent(connection: sa.Connection) -> None:
    """Keep with the codes from now on which children they are for."""
    connection.exec_driver_sql("ALTER TABLE st_codes ADD COLUMN seen TEXT")


def _count_by_kind(connection: sa.Connection) -> None:
    """Let the rows of an import be counted and found by what lists tell of them."""
    connection.exec_driver_sql(
        f"ALTER TABLE st_import_rows ADD COLUMN kind {_text(connection)}"
    )
    _fill_rows(connection, "kind = :kind", lambda payload: {"kind": _kind(payload)})
    connection.exec_driver_sql(
        "CREATE INDEX st_import_rows_of_kind ON st_import_rows (import_id, kind)"
    )


def _kind(payload: str) -> str:
    """Tell the kind of a row, as rows were written then."""
    row = json.loads(payload)
    decision, outcome = row["decision"], row.get("outcome") or {}
    proposed = row.get("suggestion") or {}
    flagged = proposed.get("needs_review") and not decision.get("by_person")
    told = {
        "import_as": decision["import_as"],
        "absent": row.get("incoming") is None,
        "needs_review": bool(flagged),
        "status": outcome.get("source_status"),
        "arrived": outcome.get("student") is not None,
        "to_merge": outcome.get("to_merge", False),
        "unexpected": outcome.get("reason") == "an unexpected error",
    }
    kept = {name: value for name, value in told.items() if value}
    return json.dumps(kept, separators=(",", ":"))


STEPS: tuple[Step, ...] = (
    _number_the_keys,
    _find_records,
    _find_taken,
    _keep_applied_matches,
    _put_the_site_into_numbers,
    _find_merges,
    _keep_who_was_sent,
    _count_by_kind,
)
"""Step n leads from version n + 1 of the tables to n + 2. A step that was released
never changes, so it names tables and columns as text and not by `schema`."""


@attrs.frozen
class Versions:
    """The versions of a database.

    Attributes:
        tables: Of the tables, from 1.
        blocking: `student_transfer.matching.BLOCKING_VERSION` when it was written.
    """

    tables: int = len(STEPS) + 1
    blocking: int = BLOCKING_VERSION


def find_versions(transaction: Transaction) -> Versions | None:
    """Return the versions of a database; None where there are no tables."""
    if not transaction.has_table(schema.schema_version):
        return None
    row = transaction.first(sa.select(schema.schema_version))
    return None if row is None else Versions(row.tables, row.blocking)


def bring_up_to_date(
    transaction: Transaction, newest: Versions, steps: Sequence[Step] = STEPS
) -> None:
    """Make the tables, or take every step that an older database has not taken.

    All in one transaction, so that it happens whole or not at all; and once, where
    several processes start at the same time.

    Raises:
        StorageVersionError: A newer version of the library made the tables.
        StorageBusyError: Another process is at it.
    """
    transaction.lock("student_transfer tables")
    now = find_versions(transaction)
    if now is None:
        transaction.run(schema.metadata.create_all)
        now = newest
    if now.tables > newest.tables or now.blocking > newest.blocking:
        raise StorageVersionError
    for step in steps[now.tables - 1 :]:
        transaction.run(step)
    kept = find_versions(transaction)
    if kept is not None and kept.blocking < newest.blocking:
        SqlRoster(transaction).index_again()
    transaction.write(sa.delete(schema.schema_version))
    values = attrs.asdict(newest)
    transaction.write(sa.insert(schema.schema_version).values(values))
