"""How the tables find candidates, at a cost that does not grow with the site."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa

from student_transfer.adapters.sql import SqlStorage, SqlUnitOfWork, rosters, schema
from student_transfer.adapters.sql.connection import Transaction
from student_transfer.errors import ConcurrentChangeError
from student_transfer.matching import blocking_keys, terms
from student_transfer.students import Student
from student_transfer.testing.values import (
    OAK,
    add_students,
    full_student,
    student,
)
from tests.conformance.back_door import raw

TWIN = student("t", given_name="Ada", family_name="Byron")
LIMIT = 3

LOOKUPS: dict[str, Callable[[SqlUnitOfWork], object]] = {
    "blocked": lambda work: work.roster.blocked(OAK, blocking_keys(TWIN), LIMIT),
    "frequencies": lambda work: work.roster.frequencies(OAK, terms(TWIN)),
    "size": lambda work: work.roster.size(OAK),
}


@pytest.fixture
def opened(path: Path) -> Iterator[SqlStorage]:
    """Yield an empty storage."""
    with SqlStorage.open(path) as opened:
        yield opened


def twins(first: int, count: int) -> list[Student]:
    """Make students of one name."""
    return [
        student(f"s{number:05}", given_name="Ada", family_name="Byron")
        for number in range(first, first + count)
    ]


def add(storage: SqlStorage, students: list[Student]) -> None:
    """Store students for good, all at once."""
    with storage() as work:
        work.roster.add_all(students)
        work.commit()


def driver(work: SqlUnitOfWork) -> Any:
    """Return the driver's connection of a unit of work."""
    return work.transaction.connection.connection.driver_connection


def steps(storage: SqlStorage, lookup: Callable[[SqlUnitOfWork], object]) -> int:
    """Count the steps that SQLite's machine takes for a lookup."""
    taken = 0

    def step() -> None:
        nonlocal taken
        taken += 1

    with storage(read_only=True) as work:
        driver(work).set_progress_handler(step, 1)
        lookup(work)
        driver(work).set_progress_handler(None, 1)
    return taken


@pytest.mark.parametrize("lookup", LOOKUPS.values(), ids=LOOKUPS.keys())
def test_costs_the_same_on_a_larger_site(
    opened: SqlStorage, lookup: Callable[[SqlUnitOfWork], object]
) -> None:
    """However many more have the same keys and terms, a lookup takes no more steps."""
    add(opened, twins(0, 2 * LIMIT))
    before = steps(opened, lookup)
    add(opened, twins(2 * LIMIT, 2000))
    assert before > 10
    assert steps(opened, lookup) <= before * 1.02  # some keys are longer now


@pytest.mark.parametrize("lookup", LOOKUPS.values(), ids=LOOKUPS.keys())
def test_looks_up_by_index(
    opened: SqlStorage, lookup: Callable[[SqlUnitOfWork], object]
) -> None:
    """A lookup searches its table by the primary key and scans none."""
    plans: list[str] = []
    with opened(read_only=True) as work:

        def explain(_: object, cursor: Any, sql: str, values: Any, *rest: Any) -> None:
            rows = cursor.connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)
            plans.extend(row[3] for row in rows)

        sa.event.listen(work.transaction.connection, "before_cursor_execute", explain)
        lookup(work)
    table = "kept" if lookup is LOOKUPS["blocked"] else "st_term_counts"
    column = "value" if lookup is LOOKUPS["blocked"] else "term"
    search = f"SEARCH {table} USING PRIMARY KEY ({column}=?)"
    assert search in plans
    assert not [plan for plan in plans if plan.startswith(f"SCAN {table}")]


def test_reads_keys_of_any_spelling(opened: SqlStorage) -> None:
    """A student's key comes back from the search as it was stored."""
    keys = ['a"b', "a\\b", "ünï 😀", "a\nb", "{}", "[1]", "null"]
    add_students(opened, *(student(key, given_name="Ada") for key in keys))
    wanted = blocking_keys(student("x", given_name="Ada", email="a@x.org"))
    wanted = wanted | blocking_keys(student("a\nb", given_name="Ada"))
    with opened(read_only=True) as work:
        found = work.roster.blocked(OAK, wanted, 9).students
    assert frozenset[str]().union(*found.values()) <= set(keys)
    assert "a\nb" in frozenset[str]().union(*found.values())


def test_keeps_no_name_in_the_index(path: Path, opened: SqlStorage) -> None:
    """What finds candidates is numbers: it tells nobody a name."""
    add_students(opened, full_student())
    for table in (schema.blocking, schema.counts):
        for values in raw(path, f"SELECT * FROM {table.name}"):  # noqa: S608 - ours
            assert all(isinstance(one, int) or one == "s1" for one in values)


def test_writes_everything_again_piece_by_piece(
    path: Path, opened: SqlStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writing the index again reaches every student, however many pieces it takes."""
    add(opened, [*twins(0, 5), full_student("s1"), full_student("s2")][:6])
    tables = (schema.blocking, schema.counts, schema.words)
    before = [raw(path, str(table.select())) for table in tables]
    monkeypatch.setattr(rosters, "_BATCH", 2)
    with opened() as work:
        work.roster.index_again()
        work.commit()
    assert [raw(path, str(table.select())) for table in tables] == before


def test_adds_piece_by_piece(
    opened: SqlStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Adding many students in several pieces still adds all or none."""
    monkeypatch.setattr(rosters, "_BATCH", 2)
    add(opened, twins(0, 5))
    with opened() as work:
        with pytest.raises(ConcurrentChangeError):
            work.roster.add_all([*twins(5, 5), *twins(0, 1)])
        assert work.roster.size(OAK) == 5
        assert work.roster.frequencies(OAK, [("family", "byron")]) == {
            ("family", "byron"): 5
        }


class Server:
    """Stands for an engine on PostgreSQL; keeps what it is sent and runs nothing."""

    def __init__(self, *locks: bool) -> None:
        """Answer the attempts to take a lock so, one after the other."""
        self.dialect = sa.create_mock_engine("postgresql://", executor=print).dialect
        self.sent: list[tuple[str, Any]] = []
        self.locks = list(locks)
        self.is_active = True
        self.invalidated = False
        self.rowcount = 0

    def connect(self) -> "Server":
        """Return the connection."""
        return self

    def begin(self) -> "Server":
        """Return the transaction, which stays open."""
        return self

    def exec_driver_sql(self, statement: str) -> None:
        """Keep a statement."""
        self.sent.append((statement, None))

    def execute(self, statement: sa.ClauseElement, values: object = None) -> "Server":
        """Keep a statement as it would be sent."""
        compiled = statement.compile(dialect=self.dialect)
        self.sent.append((" ".join(str(compiled).split()), values or compiled.params))
        return self

    def all(self) -> list[tuple[bool]]:
        """Return the answer to the next attempt to take a lock."""
        return [(self.locks.pop(0),)]


def transaction_on(server: Server) -> Transaction:
    """Begin a transaction that writes."""
    return Transaction(cast("sa.Engine", server), 1, read_only=False)


def test_shares_the_counts_on_a_server() -> None:
    """On a server each transaction adds to counts that no other one touches.

    It takes the first slot that is free, and another site's slots are others.
    """
    server = Server(False, False, True, True)
    transaction = transaction_on(server)
    assert transaction.free_slot("oak") == 2
    assert transaction.free_slot("elm") == 0
    attempts = [json.dumps(values) for text, values in server.sent if "lock(" in text]
    assert len(set(attempts)) == 4


def test_sends_many_rows_at_once_to_a_server() -> None:
    """Rows go to a server as one array a column, and add up where there are some."""
    server = Server()
    transaction = transaction_on(server)
    columns = ([7, 8], [0, 0], [1, 2])
    transaction.insert_columns(schema.counts, *columns, total="students")
    transaction.insert_columns(schema.counts, [], [], [], total="students")
    transaction.insert(schema.counts, [])
    [_, (statement, values)] = server.sent
    assert "FROM unnest(" in statement
    assert statement.endswith(
        "ON CONFLICT (term, slot) DO UPDATE SET "
        "students = (st_term_counts.students + excluded.students)"
    )
    assert values == {
        "term": "{7,8}",
        "slot": "{0,0}",
        "students": "{1,2}",
    }
