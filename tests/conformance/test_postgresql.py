"""The storage in PostgreSQL keeps every promise of the ports.

Where there is no server or no driver these tests fail.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from student_transfer.adapters.sql import SqlStorage, SqlUnitOfWork, schema
from student_transfer.errors import StorageBusyError
from student_transfer.matching import blocking_keys
from student_transfer.testing.conformance import StorageContract
from student_transfer.testing.values import (
    OAK,
    add_students,
    full_student,
    student,
)
from tests.conformance.postgresql import PostgresqlHost

pytestmark = pytest.mark.usefixtures("postgresql")  # stopped in the end
ADA = [("given", "ada")]


class TestPostgresql(StorageContract):
    """Every promise, on PostgreSQL."""

    make_host = PostgresqlHost


def seen(storage: SqlStorage) -> tuple[int, int]:
    """Count the students of the site, and those of one name."""
    with storage(read_only=True) as work:
        counts = work.roster.frequencies(OAK, ADA)
        return work.roster.size(OAK), counts.get(ADA[0], 0)


def test_counts_without_waiting(on_postgresql: SqlStorage) -> None:
    """Two who write at once do not wait for each other, and both are counted."""
    with on_postgresql() as one, on_postgresql() as other:
        one.roster.add(student("s1", given_name="Ada"))
        other.roster.add(student("s2", given_name="Ada"))
        one.roster.add(student("s3", given_name="Ada"))
        one.commit()
        assert seen(on_postgresql) == (2, 2)
        other.commit()
    assert seen(on_postgresql) == (3, 3)


def test_counts_what_another_has_added(on_postgresql: SqlStorage) -> None:
    """It does not matter for the counts who takes away what somebody has added."""
    with on_postgresql() as one, on_postgresql() as other:
        one.roster.add(student("s1", given_name="Ada"))
        other.roster.add(student("s2", given_name="Ada"))
        other.commit()
        one.commit()
    with on_postgresql() as work:
        work.roster.remove(student("s2", given_name="Ada"))
        work.roster.replace(student("s1", given_name="Ada"), student("s1"))
        work.commit()
    assert seen(on_postgresql) == (1, 0)


def slots(work: SqlUnitOfWork) -> set[int]:
    """Return the slots of the counts."""
    rows = work.transaction.rows(sa.select(schema.counts.c.slot).distinct())
    return {row.slot for row in rows}


def test_a_refusal_gives_its_slot_back(on_postgresql: SqlStorage) -> None:
    """After a refused student the transaction counts on, beside another one."""
    add_students(on_postgresql, student("s1", email="a@x.org"))
    with on_postgresql() as one:
        with pytest.raises(Exception, match="identifier"):
            one.roster.add(student("s2", email="a@x.org"))
        with on_postgresql() as other:
            other.roster.add(student("s3"))
            one.roster.add(student("s4"))
            one.commit()
            other.commit()
    with on_postgresql(read_only=True) as work:
        assert work.roster.size(OAK) == 3
        assert slots(work) == {0, 1}


def test_a_lost_connection_is_told(on_postgresql: SqlStorage) -> None:
    """As a storage that is out for now, not as something wrong with what was asked."""
    with on_postgresql() as one:
        one.roster.add(student("s1"))
        [[process]] = one.transaction.rows(sa.select(sa.func.pg_backend_pid()))
        with on_postgresql() as other:
            other.transaction.rows(sa.select(sa.func.pg_terminate_backend(process)))
        with pytest.raises(
            StorageBusyError, match="connection to the database was lost"
        ):
            one.roster.add(student("s2"))
        with pytest.raises(
            StorageBusyError, match="connection to the database was lost"
        ):
            one.commit()
    with on_postgresql() as again:
        assert again.roster.size(OAK) == 0
        again.roster.add(student("s2"))
        again.commit()


def rows_read(plan: dict[str, Any]) -> list[float]:
    """Return how many rows each scan of a plan reads each time."""
    inner = [rows for part in plan.get("Plans", ()) for rows in rows_read(part)]
    if "Scan" not in plan["Node Type"] or "Relation Name" not in plan:
        return inner
    return [*inner, plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)]


@pytest.mark.parametrize("analysed", [False, True])
def test_reads_no_common_key_to_its_end(
    on_postgresql: SqlStorage, *, analysed: bool
) -> None:
    """A key that very many students have costs no more than the limit."""
    twins = [
        student(f"s{number}", given_name="Ada", family_name="Byron")
        for number in range(5000)
    ]
    keys = blocking_keys(twins[0]) & blocking_keys(twins[1])
    with on_postgresql() as work:
        work.roster.add_all(twins)
        work.commit()
    if analysed:
        with on_postgresql() as work:
            work.transaction.connection.exec_driver_sql("ANALYZE st_blocking_keys")
            work.commit()
    plans: list[dict[str, Any]] = []
    with on_postgresql(read_only=True) as work:

        def explain(_: object, cursor: Any, sql: str, values: Any, *rest: Any) -> None:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", values)
            plans.append(cursor.fetchone()[0][0]["Plan"])

        sa.event.listen(work.transaction.connection, "before_cursor_execute", explain)
        assert work.roster.blocked(OAK, keys, 20).overflowing == keys
    [read] = [rows_read(plan) for plan in plans]
    assert read
    assert max(read) <= 21


def shape(storage: SqlStorage) -> dict[str, Any]:
    """Return the columns, keys and indexes of every table of the library."""
    with storage(read_only=True) as work:
        inspector = sa.inspect(work.transaction.connection)
        return {
            name: (
                {
                    one["name"]: (
                        one["type"].compile(inspector.dialect),
                        one["nullable"],
                    )
                    for one in inspector.get_columns(name)
                },
                inspector.get_pk_constraint(name),
                sorted(inspector.get_foreign_keys(name), key=str),
                sorted(inspector.get_indexes(name), key=str),
            )
            for name in inspector.get_table_names()
            if name.startswith("st_")
        }


def test_several_begin_at_once(postgresql: str, on_postgresql: SqlStorage) -> None:
    """Where several processes start at once, one makes the tables, and all go on."""
    with on_postgresql() as work:
        for table in schema.metadata.tables:
            drop = f"DROP TABLE {table} CASCADE"
            work.transaction.connection.exec_driver_sql(drop)
        work.commit()

    def begin(_: int) -> int:
        with SqlStorage.open(postgresql) as storage, storage(read_only=True) as work:
            return work.roster.size(OAK)

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(begin, range(6))) == [0] * 6


def test_a_database_of_version_1(postgresql: str, on_postgresql: SqlStorage) -> None:
    """The tables of the first version become those of the newest, with new keys."""
    add_students(on_postgresql, full_student())
    newest = shape(on_postgresql)
    assert newest["st_arrivals"][2]
    old = """
        DROP TABLE st_arrivals;
        DROP TABLE st_blocking_keys; DROP TABLE st_term_counts;
        DROP INDEX st_records_of_origin; DROP INDEX st_merges_of_survivor;
        ALTER TABLE st_codes DROP COLUMN seen;
        ALTER TABLE st_import_rows DROP COLUMN match_key;
        ALTER TABLE st_import_rows DROP COLUMN became_key;
        ALTER TABLE st_import_rows DROP COLUMN kind;
        CREATE TABLE st_blocking_keys (site_id TEXT, value TEXT, student_key TEXT);
        CREATE TABLE st_terms (site_id TEXT, field TEXT, value TEXT, student_key TEXT);
        UPDATE st_schema_version SET tables = 1, blocking = 1
    """
    with on_postgresql() as work:
        for statement in old.split(";"):
            work.transaction.connection.exec_driver_sql(statement)
        work.commit()
    with SqlStorage.open(postgresql) as again, again(read_only=True) as work:
        keys = blocking_keys(full_student())
        found = work.roster.blocked(OAK, keys, 9).students
        assert found == {key: {"s1"} for key in keys}
        assert work.roster.size(OAK) == 1
    assert shape(on_postgresql) == newest
