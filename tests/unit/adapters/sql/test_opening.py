"""Opening a database, and bringing an older one up to date."""

import gc
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import attrs
import pytest
import sqlalchemy as sa

from student_transfer.adapters.sql import SqlStorage, storage, versions
from student_transfer.adapters.sql.versions import Versions, bring_up_to_date
from student_transfer.codes import CodeId
from student_transfer.errors import (
    StorageError,
    StorageVersionError,
)
from student_transfer.imports import Progress
from student_transfer.matching import blocking_keys
from student_transfer.merges import MergeId
from student_transfer.outcomes import Reason
from student_transfer.permissions import Actor, ActorId, Role
from student_transfer.sites import School, SchoolId, Site
from student_transfer.students import StudentKey
from student_transfer.testing.values import (
    ELM,
    FAILED,
    OAK,
    add_applied_matches,
    add_codes,
    add_import,
    add_merges,
    add_students,
    full_row,
    full_student,
    issued_code,
    new_applied_match,
    new_import,
    new_merge,
    quiz,
    row,
    student,
)
from tests.conformance.back_door import raw

KEY = StudentKey("s1")
VERSION_1 = Path(__file__).with_name("version_1.sql")


def test_everything_is_there_after_reopening(path: Path) -> None:
    """What was committed outlives the process that wrote it."""
    head = Actor(ActorId("head"), OAK, Role.NETWORK_ADMINISTRATOR)
    with SqlStorage.open(path) as first:
        with first() as work:
            work.sites.put_site(Site(OAK, "Oak Trust"))
            work.sites.put_school(School(SchoolId("north"), OAK, "North"))
            work.commit()
        first.put_actor(head)
        add_students(first, full_student())
        add_codes(first, issued_code())
        add_import(first, new_import(), [full_row("s1")])
        add_merges(first, new_merge())
        add_applied_matches(first, new_applied_match("i2"))
        with first() as work:
            work.roster.add_records(OAK, KEY, [quiz("1")])
            work.imports.set_progress(new_import().id, Progress(1, 2))
            work.commit()
    with SqlStorage.open(str(path), create=False) as second:
        assert second.actor(head.id) == head
        with second(read_only=True) as work:
            assert work.sites.site(OAK) == Site(OAK, "Oak Trust")
            assert len(work.sites.schools(OAK)) == 1
            assert work.roster.students(OAK, [KEY]) == {KEY: full_student()}
            assert list(work.roster.records(OAK, KEY)) == [quiz("1")]
            assert work.codes.get(issued_code().id) == issued_code()
            assert work.imports.get(new_import().id) == new_import()
            assert list(work.imports.rows(new_import().id)) == [full_row("s1")]
            assert work.imports.progress(new_import().id) == Progress(1, 2)
            assert work.merges.get(OAK, MergeId("m1")) == new_merge()
            assert list(work.applied_matches.standing_for(ELM, [StudentKey("d1")])) == [
                new_applied_match("i2")
            ]


def test_a_url_names_the_same_file(path: Path) -> None:
    """A path and SQLAlchemy's URL of it are one database."""
    with SqlStorage.open(f"sqlite:///{path}") as first:
        add_students(first, student())
    with SqlStorage.open(path) as second, second(read_only=True) as work:
        assert work.roster.size(OAK) == 1


def test_readers_and_the_writer_do_not_wait(path: Path, opened: SqlStorage) -> None:
    """The file has a write-ahead log, and stays so."""
    assert raw(path, "PRAGMA journal_mode") == [("wal",)]


def test_is_made_only_where_asked(path: Path) -> None:
    """Without ``create`` neither a file nor tables are made."""
    with pytest.raises(StorageError, match="no database of student_transfer"):
        SqlStorage.open(path, create=False)
    assert not path.exists()
    raw(path, "CREATE TABLE students (name TEXT)")
    for where in (path, f"sqlite:///file:{path}?uri=true"):
        with pytest.raises(StorageError, match="no database of student_transfer"):
            SqlStorage.open(where, create=False)
    assert raw(path, "SELECT name FROM sqlite_master") == [("students",)]


def test_lives_in_a_hosts_database(path: Path) -> None:
    """A host's own tables stay as they are, whatever they are called."""
    raw(path, "CREATE TABLE students (name TEXT)")
    with SqlStorage.open(path) as opened:
        add_students(opened, student())
    assert raw(path, "SELECT count(*) FROM students") == [(0,)]
    assert raw(path, "SELECT count(*) FROM st_students") == [(1,)]


def test_closes_when_it_is_forgotten(path: Path) -> None:
    """A storage that nobody closed leaves no open connection behind."""
    forgotten = SqlStorage.open(path)
    add_students(forgotten, student())
    assert Path(f"{path}-wal").exists()
    del forgotten
    gc.collect()
    assert not Path(f"{path}-wal").exists()


@pytest.mark.parametrize("where", ["sqlite://", "sqlite:///:memory:", ":memory:", ""])
def test_refuses_a_database_in_memory(where: str) -> None:
    """Each connection would have a database of its own."""
    with pytest.raises(StorageError, match="MemoryStorage"):
        SqlStorage.open(where)


@pytest.mark.parametrize("where", ["mysql://host/db", "mssql+pyodbc://host/db"])
def test_refuses_other_kinds(where: str) -> None:
    """A database that was never tried is not touched."""
    with pytest.raises(StorageError, match="SQLite or PostgreSQL"):
        SqlStorage.open(where)


def test_refuses_an_unreadable_url() -> None:
    """A URL that makes no sense is refused without quoting its password."""
    with pytest.raises(StorageError, match="URL") as refusal:
        SqlStorage.open("postgresql://me:secret@host:port/db")
    assert "secret" not in str(refusal.value)
    assert refusal.value.__suppress_context__


def test_names_a_missing_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the driver of PostgreSQL is missing, the error says what to install."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StorageError, match=r"pip install .psycopg") as refusal:
        SqlStorage.open("postgresql://host/db")
    assert isinstance(refusal.value.__cause__, ImportError)


def test_loads_no_database_library_for_memory() -> None:
    """The storage in memory works where SQLAlchemy is not installed."""
    check = (
        "import sys, student_transfer.adapters.memory as m; "
        "sys.exit('sqlalchemy' in sys.modules or 'cattrs' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", check], check=False)
    assert done.returncode == 0


def newer(**by: int) -> Versions:
    """Return versions that are so much newer than those of the library."""
    now = Versions()
    return Versions(
        now.tables + by.get("tables", 0), now.blocking + by.get("blocking", 0)
    )


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE st_schema_version SET tables = tables + 1",
        "UPDATE st_schema_version SET blocking = blocking + 1",
    ],
)
def test_a_database_of_a_newer_version(
    path: Path, opened: SqlStorage, change: str
) -> None:
    """What a newer version of the library has written is not touched."""
    raw(path, change)
    with pytest.raises(StorageVersionError):
        SqlStorage.open(path)


def test_takes_the_steps_that_were_not_taken(path: Path, opened: SqlStorage) -> None:
    """An older database is changed step by step, once."""

    def add_column(connection: sa.Connection) -> None:
        connection.exec_driver_sql("ALTER TABLE st_sites ADD COLUMN motto TEXT")

    for _ in range(2):
        with opened() as work:
            steps = [*versions.STEPS, add_column]
            bring_up_to_date(work.transaction, newer(tables=1), steps)
            work.commit()
    assert raw(path, "SELECT motto FROM st_sites") == []
    assert raw(path, "SELECT tables FROM st_schema_version") == [
        (newer(tables=1).tables,)
    ]


def test_takes_all_steps_or_none(path: Path, opened: SqlStorage) -> None:
    """A step that fails undoes those before it."""

    def add_table(connection: sa.Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE st_new (x)")

    def fail(connection: sa.Connection) -> None:
        connection.exec_driver_sql("no such statement")

    steps = [*versions.STEPS, add_table, fail]
    with opened() as work, pytest.raises(StorageError):
        bring_up_to_date(work.transaction, newer(tables=2), steps)
    assert not raw(path, "SELECT name FROM sqlite_master WHERE name = 'st_new'")
    assert raw(path, "SELECT tables FROM st_schema_version") == [(Versions().tables,)]


def test_finds_students_again_by_new_rules(
    path: Path, opened: SqlStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the rules for blocking keys have changed, every student gets new ones."""
    add_students(opened, full_student(), student("s2", given_name="Ada"))
    add_students(opened, full_student("s1", ELM))
    raw(path, "UPDATE st_blocking_keys SET value = value + 1")
    raw(path, "UPDATE st_term_counts SET students = students + 1")
    monkeypatch.setattr(storage, "Versions", lambda: newer(blocking=1))
    with SqlStorage.open(path) as again, again(read_only=True) as work:
        for one in (full_student(), full_student("s1", ELM)):
            keys = blocking_keys(one)
            found = work.roster.blocked(one.site_id, keys, 9).students
            assert found == {key: {"s1"} for key in keys}
            assert work.roster.frequencies(one.site_id, [("family", "obrien")])
        assert [one.key for one in work.roster.search(OAK, ["ada"], 9)] == ["s2"]


def shape(path: Path) -> dict[str, object]:
    """Return the columns and keys of every table, and the columns of every index."""
    found = raw(path, "SELECT type, name FROM sqlite_master")
    shown = {
        "table": ("table_xinfo", "index_list", "foreign_key_list"),
        "index": ("index_xinfo",),
    }
    return {
        str(name): [
            sorted(row[1:] for row in raw(path, f"PRAGMA {one}({name})"))
            if kind == "table"
            else raw(path, f"PRAGMA {one}({name})")
            for one in shown[str(kind)]
        ]
        for kind, name in found
    }


@pytest.mark.parametrize("blocking", [1, Versions().blocking])
def test_a_database_of_version_1(path: Path, blocking: int) -> None:
    """A database of the first version gets the tables of the newest, and new keys.

    Also if the rules for keys are no others than now. Nothing else in it changes.
    """
    fresh = path.with_name("fresh.db")
    SqlStorage.open(fresh).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_1.read_text(encoding="utf-8"))
    raw(path, f"UPDATE st_schema_version SET blocking = {blocking}")  # noqa: S608
    for _ in range(2):
        with SqlStorage.open(path, create=False) as opened:
            assert shape(path) == shape(fresh)
            assert "st_arrivals_onto" in shape(path)
            with opened(read_only=True) as work:
                keys = blocking_keys(full_student("s1", ELM))
                found = work.roster.blocked(ELM, keys, 9).students
                assert found == {key: {"s1"} for key in keys}
                assert work.roster.frequencies(OAK, [("family", "obrien")]) == {
                    ("family", "obrien"): 2
                }
                assert (work.roster.size(OAK), work.roster.size(ELM)) == (2, 1)
                kept = work.roster.students(OAK, [KEY])
                assert list(work.roster.records(OAK, KEY)) == [quiz("1")]
            assert kept == {KEY: full_student()}


def test_a_step_tells_who_is_taken(path: Path) -> None:
    """The rows of imports that an older version wrote are found by whom they take."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_1.read_text(encoding="utf-8"))
    raw(
        path,
        "INSERT INTO st_imports VALUES ('i1', 'oak', 'north', 'c1', 'elm', '', '', '', "
        "'', 'ready', NULL, NULL, NULL, 0), ('i2', 'oak', 'north', 'c2', 'elm', '', "
        "'', '', '', 'ready', NULL, NULL, NULL, 0)",
    )
    raw(
        path,
        "INSERT INTO st_import_rows VALUES "
        """('i1', 'a', 0, '{"decision":{"import_as":"matched","match":"d1"}}'), """
        """('i1', 'b', 1, '{"decision":{"import_as":"matched","match":"d1"},"""
        """"outcome":{"student":"d2"}}'), """
        """('i1', 'c', 1, '{"decision":{"import_as":"new"},"""
        """"outcome":{"student":null}}')""",
    )
    SqlStorage.open(path).close()
    taken = "SELECT source_key, match_key, became_key FROM st_import_rows ORDER BY 1"
    assert raw(path, taken) == [
        ("a", "d1", None),
        ("b", "d1", "d2"),
        ("c", None, None),
    ]


def test_a_step_tells_the_kinds(path: Path) -> None:
    """The rows of imports that an older version wrote are counted by their kind."""
    unexpected = attrs.evolve(FAILED, reason=Reason.UNEXPECTED)
    arrived = attrs.evolve(FAILED, student=KEY, reason=None, to_merge=True)
    full = full_row("d")
    flagged = attrs.evolve(full.suggestion, needs_review=True)
    decided = attrs.evolve(full.decision, by_person=True)
    undecided = attrs.evolve(full.decision, by_person=False)
    rows = [
        row("a"),
        row("b", unexpected),
        row("c", arrived),
        attrs.evolve(full, suggestion=flagged, decision=decided),
        attrs.evolve(full_row("e"), suggestion=flagged, decision=undecided),
    ]
    with SqlStorage.open(path) as storage_:
        add_import(storage_, new_import(), rows)
        add_import(storage_, new_import("i2"))
    said = "replace(payload, '\"UNEXPECTED\"', '\"an unexpected error\"')"
    raw(path, f"UPDATE st_import_rows SET payload = {said}")  # noqa: S608 - as then
    before = versions.STEPS.index(versions._count_by_kind) + 1
    raw(path, "DROP INDEX st_import_rows_of_kind")
    raw(path, "ALTER TABLE st_import_rows DROP COLUMN kind")
    raw(path, f"UPDATE st_schema_version SET tables = {before}")  # noqa: S608 - a number
    with SqlStorage.open(path) as storage_, storage_(read_only=True) as work:
        assert dict(work.imports.kinds(new_import().id)) == {
            one.kind: 1 for one in rows
        }
        kept = [row.kind for row in rows]
        assert list(work.imports.rows(new_import().id, kept)) == rows


def test_a_code_of_an_older_version_is_read(path: Path) -> None:
    """It does not know which children it is for, which is kept since (CODE-3)."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_1.read_text(encoding="utf-8"))
    raw(path, "DELETE FROM st_codes")
    raw(
        path,
        "INSERT INTO st_codes VALUES ('c1', 'd1', 'oak', "
        """'{"_is":"year","school_id":"north","year":"6"}', '["s1"]', """
        "'2026-09-01T12:00:00.000000+00:00', 'head', 'available', NULL)",
    )
    with closing(SqlStorage.open(path)) as storage_, storage_(read_only=True) as work:
        code = work.codes.get(CodeId("c1"))
    assert code is not None
    assert (code.students, code.seen) == (("s1",), ())


def test_the_steps_lead_to_the_newest_version() -> None:
    """There is one step less than there are versions of the tables."""
    assert Versions().tables == len(versions.STEPS) + 1
