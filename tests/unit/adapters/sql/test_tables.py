"""What the tables hold and forbid, and what is sent to which database."""

import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, cast

import attrs
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from student_transfer.adapters.sql import SqlStorage, schema
from student_transfer.adapters.sql.connection import Transaction, translated
from student_transfer.adapters.sql.imports import SqlImports
from student_transfer.adapters.sql.merges import SqlMerges
from student_transfer.adapters.sql.student_rows import reading
from student_transfer.errors import (
    StorageReadOnlyError,
)
from student_transfer.imports import ImportId
from student_transfer.records import Origin
from student_transfer.students import StudentKey
from student_transfer.testing.values import (
    ELM,
    NOW,
    OAK,
    add_codes,
    add_import,
    add_students,
    full_row,
    full_student,
    issued_code,
    new_import,
    quiz,
    row,
    student,
)
from tests.conformance.back_door import raw

KEY = StudentKey("s1")


def test_one_identifier_has_one_holder(path: Path, opened: SqlStorage) -> None:
    """No code of any kind can give one email to two students (CONF-3)."""
    add_students(opened, student("s1", email="a@x.org"), student("s2"))
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        raw(path, "INSERT INTO st_identifiers VALUES ('oak','email','a@x.org','s2')")


def test_one_code_has_one_import(path: Path, opened: SqlStorage) -> None:
    """No code of any kind can let two imports hold one transfer code (CODE-7)."""
    add_import(opened, new_import("i1"))
    add_import(opened, new_import("i2"))
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        raw(path, "UPDATE st_imports SET code_id = 'same'")
    raw(path, "UPDATE st_imports SET state = 'cancelled' WHERE id = 'i1'")
    raw(path, "UPDATE st_imports SET code_id = 'same'")


def test_one_digest_has_one_code(path: Path, opened: SqlStorage) -> None:
    """No code of any kind can make two transfer codes alike (CODE-4)."""
    add_codes(opened, issued_code("c1"), issued_code("c2"))
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        raw(path, "UPDATE st_codes SET digest = 'same'")


def test_nothing_of_a_student_stays_behind(path: Path, opened: SqlStorage) -> None:
    """With a student everything goes by which the student could be found."""
    tables = schema.metadata.tables.values()
    own = [table for table in tables if "student_key" in table.c]
    add_students(opened, full_student())
    with opened() as work:
        work.roster.add_records(OAK, KEY, [quiz("1")])
        work.commit()
    own.append(schema.counts)
    assert len(own) == 6
    assert all(raw(path, str(table.select())) for table in own)
    with opened() as work:
        work.roster.remove(full_student())
        work.commit()
    assert not any(raw(path, str(table.select())) for table in own)


def test_nothing_belongs_to_nobody(path: Path, opened: SqlStorage) -> None:
    """Records need their student, rows their import and schools their site."""
    for statement in (
        "INSERT INTO st_records VALUES ('oak', 's1', 'elm', '1', '{}')",
        "INSERT INTO st_import_rows VALUES ('i1', 's1', 0, '{}', NULL, NULL, NULL)",
        "INSERT INTO st_schools VALUES ('oak', 'north', 'North')",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            raw(path, statement)


def test_reading_cannot_write_past_the_library(opened: SqlStorage) -> None:
    """In a unit of work that only reads the database itself refuses to write."""
    with (
        opened(read_only=True) as work,
        pytest.raises(StorageReadOnlyError),
        translated(),
    ):
        work.transaction.connection.execute(sa.delete(schema.students))


def test_no_transfer_code_is_stored(path: Path, opened: SqlStorage) -> None:
    """The tables have a place for the digest and none for the code (CODE-10)."""
    columns = {column.name for column in schema.codes.c}
    assert columns == {field.name for field in attrs.fields(type(issued_code()))}


def dialect_of(database: str) -> sa.Dialect:
    """Return SQLAlchemy's dialect of a database without its driver."""
    return sa.create_mock_engine(f"{database}://", executor=print).dialect


class Recorder:
    """Stands for an engine and its connection; keeps the SQL and runs nothing."""

    def __init__(self) -> None:
        """Speak as PostgreSQL does."""
        self.dialect = dialect_of("postgresql")
        self.statements: list[str] = []
        self.is_active = True
        self.invalidated = False
        self.rowcount = 1

    def connect(self) -> "Recorder":
        """Return the connection."""
        return self

    def begin(self) -> "Recorder":
        """Return the transaction, which stays open."""
        return self

    def exec_driver_sql(self, statement: str) -> None:
        """Keep a statement."""
        self.statements.append(statement)

    def execute(self, statement: sa.ClauseElement, rows: object = None) -> "Recorder":
        """Keep a statement as it would be sent."""
        self.statements.append(str(statement.compile(dialect=self.dialect)))
        return self

    def first(self) -> None:
        """Give no row."""

    def close(self) -> None:
        """Keep that it was closed."""
        self.statements.append("ROLLBACK")


def test_begins_on_a_server() -> None:
    """A server locks rows, for as long as the timeout; reading is announced."""
    engine = Recorder()
    Transaction(cast("sa.Engine", engine), 2.5, read_only=False)
    Transaction(cast("sa.Engine", engine), 2.5, read_only=True)
    settings = (
        "SELECT set_config('lock_timeout', '2500', true), "
        "set_config('enable_bitmapscan', 'off', true)"
    )
    assert engine.statements == [
        settings,
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
        settings,
    ]


def test_skips_and_locks_on_a_server() -> None:
    """A server is told to skip what is there, and to lock what will be written."""
    engine = Recorder()
    transaction = Transaction(cast("sa.Engine", engine), 1, read_only=False)
    version = {"tables": 1, "blocking": 1}
    transaction.insert(schema.schema_version, [version], skip=True)
    assert SqlImports(transaction).take_pending_row(ImportId("i1")) is None
    assert engine.statements[1].endswith("ON CONFLICT DO NOTHING")
    assert engine.statements[2].endswith("FOR UPDATE")


def test_a_survivor_is_told_without_the_records_of_two() -> None:
    """IMP-8: it is asked of each student who was here before, and is one key."""
    engine = Recorder()
    transaction = Transaction(cast("sa.Engine", engine), 1, read_only=True)
    before = len(engine.statements)
    assert SqlMerges(transaction).survivor(OAK, KEY) is None
    [statement] = engine.statements[before:]
    assert "survivor" in statement
    assert "payload" not in statement


@pytest.mark.parametrize("dialect", [dialect_of("postgresql"), dialect_of("sqlite")])
def test_keeps_instants_everywhere(dialect: sa.Dialect) -> None:
    """An instant survives in each database's own form; none stays none."""
    instant = schema.Instant()
    there = NOW.astimezone(timezone(timedelta(hours=-8)))
    back = instant.process_result_value(
        instant.process_bind_param(there, dialect), dialect
    )
    assert back is not None
    assert back.isoformat() == NOW.isoformat()
    assert instant.process_bind_param(None, dialect) is None
    assert instant.process_result_value(None, dialect) is None


def test_instants_sort_as_text() -> None:
    """The text of an earlier instant comes first, with and without microseconds."""
    instant, dialect = schema.Instant(), dialect_of("sqlite")
    times = [NOW, NOW + timedelta(microseconds=1), NOW.replace(microsecond=0)]
    texts = [str(instant.process_bind_param(time, dialect)) for time in times]
    assert sorted(texts) == [texts[2], texts[0], texts[1]]
    assert datetime.fromisoformat(texts[0]).tzinfo == UTC
    assert len({len(text) for text in texts}) == 1


def test_origins_that_look_alike(opened: SqlStorage) -> None:
    """Removing by origin takes pairs, not every mixture of sites and names."""
    add_students(opened, student())
    records = [quiz("1", OAK), quiz("1", ELM), quiz("2", OAK), quiz("2", ELM)]
    with opened() as work:
        work.roster.add_records(OAK, KEY, records)
        work.roster.remove_records(OAK, KEY, [Origin(OAK, "1"), Origin(ELM, "2")])
        kept = {record.origin for record in work.roster.records(OAK, KEY)}
    assert kept == {Origin(ELM, "1"), Origin(OAK, "2")}


def test_a_row_without_outcome_is_found_by_its_column(
    path: Path, opened: SqlStorage
) -> None:
    """What is looked for is a column: a done row is told without reading it."""
    add_import(opened, new_import(), [row("a"), full_row("b")])
    kept = raw(path, "SELECT source_key, done FROM st_import_rows ORDER BY 1")
    assert kept == [("a", 0), ("b", 1)]


@pytest.mark.parametrize(
    ("database", "kind", "looked_for"),
    [
        ("sqlite", sqlite, " IN (SELECT anon_1.value FROM json_each("),
        ("postgresql", postgresql, " = ANY ("),
    ],
)
def test_any_number_of_students_is_read_by_one_statement(
    database: str, kind: Any, looked_for: str
) -> None:
    """All keys are one value, so that a statement is made once and not for each."""
    for statement in attrs.astuple(reading(database), recurse=False):
        compiled = statement.compile(dialect=kind.dialect())
        assert looked_for in " ".join(str(compiled).split())
        assert {*compiled.params} >= {"site", "wanted"}
