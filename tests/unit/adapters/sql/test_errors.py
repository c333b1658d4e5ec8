"""What can go wrong with a database, and what the error says."""

import sqlite3
from contextlib import closing
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from student_transfer.adapters.sql import SqlStorage
from student_transfer.adapters.sql.connection import Transaction, translated
from student_transfer.errors import (
    ConcurrentChangeError,
    StorageBusyError,
    StorageError,
    StorageReadOnlyError,
)
from student_transfer.students import StudentKey
from student_transfer.testing.values import (
    ELM,
    NOW,
    OAK,
    add_codes,
    add_import,
    add_students,
    issued_code,
    new_import,
    quiz,
    student,
)
from tests.conformance.back_door import raw

KEY = StudentKey("s1")


def test_a_file_that_is_no_database(path: Path) -> None:
    """A file of another kind is refused and stays as it is."""
    path.write_text("given_name,family_name\n" * 100)
    with pytest.raises(StorageError, match="not a database") as refusal:
        SqlStorage.open(path)
    assert isinstance(refusal.value.__cause__, sa.exc.DBAPIError)
    assert path.read_text() == "given_name,family_name\n" * 100


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """A database in a missing folder, or that is one, cannot be opened."""
    for where in (tmp_path / "missing" / "school.db", tmp_path):
        with pytest.raises(StorageError, match="cannot be opened"):
            SqlStorage.open(where)


def test_a_file_that_may_not_be_written(path: Path) -> None:
    """From a read-only database one can read, and writing is refused."""
    with SqlStorage.open(path) as writable:
        add_students(writable, student())
    raw(path, "PRAGMA journal_mode = DELETE")
    url = f"sqlite:///file:{path}?mode=ro&uri=true"
    with SqlStorage.open(url, create=False) as opened:
        with opened(read_only=True) as work:
            assert work.roster.size(OAK) == 1
        with pytest.raises(StorageReadOnlyError, match="permissions"):
            add_students(opened, student("s2"))


def test_an_empty_file_that_may_not_be_written(path: Path) -> None:
    """Tables cannot be made in a read-only database."""
    raw(path, "CREATE TABLE other (x)")
    with pytest.raises(StorageReadOnlyError):
        SqlStorage.open(f"sqlite:///file:{path}?mode=ro&uri=true")


def test_a_database_that_another_process_holds(path: Path, opened: SqlStorage) -> None:
    """A lock that stays is an error after the timeout; readers are not concerned."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageBusyError) as refusal:
            add_students(opened, student())
        with opened(read_only=True) as work:
            assert work.roster.size(OAK) == 0
        other.execute("ROLLBACK")
    assert isinstance(refusal.value.__cause__, sa.exc.OperationalError)
    add_students(opened, student())


def test_too_many_units_of_work(opened: SqlStorage) -> None:
    """More units of work at once than there are connections is an error."""
    units = [opened(read_only=True).__enter__() for _ in range(15)]
    with pytest.raises(StorageBusyError, match="Too many"):
        opened(read_only=True).__enter__()
    for unit in units:
        unit.__exit__(None, None, None)


def test_an_unknown_error_of_the_driver(path: Path, opened: SqlStorage) -> None:
    """An error without a name of its own still is one of the storage."""
    raw(path, "DROP TABLE st_merges")
    with opened(read_only=True) as work, pytest.raises(StorageError) as refusal:
        work.merges.of_site(OAK)
    assert type(refusal.value) is StorageError
    assert isinstance(refusal.value.__cause__, sa.exc.OperationalError)


def test_a_statement_of_a_hosts_own(opened: SqlStorage) -> None:
    """It may be a text with values, reads as the library's do, and its error is one."""
    with opened() as work:
        own = work.transaction
        own.write(sa.text("CREATE TABLE own (what TEXT)"))
        own.write(sa.text("INSERT INTO own VALUES (:what)"), [{"what": "a"}])
        found = sa.text("SELECT what FROM own WHERE what = :what")
        assert own.first(found, {"what": "a"}) == ("a",)
        assert own.first(found, {"what": "b"}) is None
        assert own.rows(found, {"what": "a"}) == [("a",)]
        for read in (own.first, own.rows):
            with pytest.raises(StorageError) as refusal:
                read(sa.text("SELECT what FROM another"))
            assert isinstance(refusal.value.__cause__, sa.exc.OperationalError)


def test_a_rule_of_a_hosts_own_table(opened: SqlStorage) -> None:
    """A check refuses each time; only where a driver has no name for it one may try."""
    with opened() as work:
        own = work.transaction
        own.write(sa.text("CREATE TABLE own (what TEXT CHECK (what <> ''))"))
        with pytest.raises(StorageError, match="A rule of the database") as refusal:
            own.write(sa.text("INSERT INTO own VALUES ('')"))
    assert type(refusal.value) is StorageError
    with pytest.raises(ConcurrentChangeError), translated():
        raise sa.exc.IntegrityError("INSERT", {}, Exception("unnamed"))


def test_a_broken_value_is_not_quoted(path: Path, opened: SqlStorage) -> None:
    """A record that something else has written over is an error without its text."""
    add_students(opened, student())
    with opened() as work:
        work.roster.add_records(OAK, KEY, [quiz("1")])
        work.commit()
    raw(path, "UPDATE st_records SET payload = 'Ada'")
    with (
        opened(read_only=True) as work,
        pytest.raises(StorageError, match="cannot be read"),
    ):
        work.roster.records(OAK, KEY)


def test_a_blank_key_that_was_kept_before_cannot_be_read(
    path: Path, opened: SqlStorage
) -> None:
    """REV-2: a student of that key would be taken for nobody."""
    add_students(opened, student())
    raw(path, "UPDATE st_students SET key = ' '")
    raw(path, "INSERT INTO st_sites VALUES ('elm', 'Elm', 'network', 'manual')")
    raw(path, "INSERT INTO st_sites VALUES ('', 'Oak', 'network', 'manual')")
    raw(path, "INSERT INTO st_schools VALUES ('elm', '', 'North')")
    with opened(read_only=True) as work:
        with pytest.raises(StorageError, match="stored value cannot be read"):
            work.roster.students(OAK, [StudentKey(" ")])
        with pytest.raises(StorageError, match="stored value cannot be read"):
            work.sites.schools(ELM)
        with pytest.raises(StorageError, match="stored value cannot be read"):
            work.sites.all_sites()


def test_a_state_of_nothing_cannot_be_read(path: Path, opened: SqlStorage) -> None:
    """CODE-4, IMP-7: a code or an import that the rules do not know is an error."""
    add_codes(opened, issued_code())
    add_import(opened, new_import())
    raw(path, "UPDATE st_codes SET state = 'lost'")
    raw(path, "UPDATE st_imports SET state = 'lost'")
    with opened(read_only=True) as work:
        with pytest.raises(StorageError, match="stored value cannot be read"):
            work.codes.of_site(OAK)
        with pytest.raises(StorageError, match="stored value cannot be read"):
            work.imports.of_site(ELM)


def test_errors_show_no_personal_data(path: Path, opened: SqlStorage) -> None:
    """Neither an error nor its cause has a value that was written."""
    raw(path, "DROP TABLE st_search_words")
    with opened() as work, pytest.raises(StorageError) as refusal:
        work.roster.add(student(given_name="Zerlina", email="zerlina@x.org"))
    shown = f"{refusal.value} {refusal.value!r} {refusal.value.__cause__}"
    assert "erlina" not in shown


def test_text_that_no_database_keeps(opened: SqlStorage) -> None:
    """Half of a surrogate pair in a name is an error that does not show the name."""
    with opened() as work:
        with pytest.raises(StorageError, match="character") as refusal:
            work.roster.add(student(given_name="Zerlina\ud800"))
        assert work.roster.size(OAK) == 0
    assert "Zerlina" not in str(refusal.value)
    assert refusal.value.__context__ is None


def test_a_time_without_a_zone(opened: SqlStorage) -> None:
    """A code generated at no certain instant is refused (CODE-5)."""
    unclear = issued_code(generated_at=NOW.replace(tzinfo=None))
    with pytest.raises(StorageError, match="time zone") as refusal:
        add_codes(opened, unclear)
    assert "with its zone" in refusal.value.advice


def test_times_come_back_in_utc(opened: SqlStorage) -> None:
    """Any zone goes in, UTC comes out, to the microsecond."""
    there = NOW.astimezone(timezone(timedelta(hours=5, minutes=45)))
    add_codes(opened, issued_code(generated_at=there))
    with opened(read_only=True) as work:
        (code,) = work.codes.of_site(OAK)
    assert code.generated_at.isoformat() == NOW.isoformat()


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("55P03", StorageBusyError),
        ("40001", ConcurrentChangeError),
        ("40P01", ConcurrentChangeError),
        ("25006", StorageReadOnlyError),
        ("42501", StorageReadOnlyError),
        ("08006", StorageError),
        (None, StorageError),
    ],
)
def test_names_errors_of_a_server(
    state: str | None, expected: type[StorageError]
) -> None:
    """The SQLSTATE of a server's error tells what it means."""

    class ServerError(Exception):
        sqlstate = state

    error = sa.exc.DBAPIError("SELECT 1", {}, ServerError())
    with pytest.raises(StorageError) as refusal, translated():
        raise error
    assert type(refusal.value) is expected
    assert refusal.value.__cause__ is error


def test_a_connection_that_was_lost_is_told_from_other_errors() -> None:
    """One may try again, and is told that the change may be there all the same."""
    error = sa.exc.DBAPIError(
        "COMMIT", {}, OSError("gone"), connection_invalidated=True
    )
    with pytest.raises(StorageBusyError, match="was lost") as refusal, translated():
        raise error
    assert "may be there" in refusal.value.advice
    assert refusal.value.__cause__ is error


class Refusing:
    """Stands in for an engine whose server lets nobody in."""

    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]

    def __init__(self, state: str | None) -> None:
        """Take the SQLSTATE of the refusal, which most drivers do not tell."""
        self.state = state

    def connect(self) -> Any:
        """Refuse."""
        refusal = OSError("connection failed")
        refusal.sqlstate = self.state  # type: ignore[attr-defined]
        raise sa.exc.OperationalError("connect", {}, refusal)


@pytest.mark.parametrize(
    ("state", "expected", "said"),
    [
        (None, StorageBusyError, "cannot be reached"),
        ("53300", StorageBusyError, "no place for another"),
        ("57P03", StorageBusyError, "nobody in for now"),
        ("28P01", StorageError, "database"),
    ],
)
def test_a_server_that_lets_nobody_in_is_out_for_now(
    state: str | None, expected: type[StorageError], said: str
) -> None:
    """IMP-7: it may be back in a moment, so no import fails for it."""
    engine: Any = Refusing(state)
    with pytest.raises(StorageError, match=said) as refusal:
        Transaction(engine, 0.1, read_only=True)
    assert type(refusal.value) is expected
    assert isinstance(refusal.value.__cause__, sa.exc.OperationalError)
