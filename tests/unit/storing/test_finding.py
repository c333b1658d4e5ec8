"""What is kept beside a student so that the student is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from student_transfer.errors import (
    ConcurrentChangeError,
    KeyTakenError,
    StorageBusyError,
    StorageError,
    StorageReadOnlyError,
)
from student_transfer.matching import blocking_keys, terms
from student_transfer.storing.driver_errors import meaning_of
from student_transfer.storing.finding import finding_of, findings_of, term_number
from student_transfer.storing.search_words import search_words
from student_transfer.students import Identifier, Student, identifier_key
from student_transfer.testing import strategies
from student_transfer.testing.values import student


@given(strategies.students())
def test_finds_as_the_rules_say(one: Student) -> None:
    """It has what the matching, the search and CONF-3 ask for, and no more."""
    found = finding_of(one)
    assert found.blocking_keys == blocking_keys(one)
    assert found.terms == {term_number(term) for term in terms(one)}
    assert found.words == search_words(one)
    for kind in Identifier:
        form = identifier_key(one.identifier(kind))
        assert found.identifiers.get(kind, "") == form


@given(st.lists(strategies.students(), max_size=5))
def test_finds_many_as_each_alone(many: list[Student]) -> None:
    """In their order, and nothing of one is another's."""
    assert findings_of(iter(many)) == [finding_of(one) for one in many]


def test_a_term_has_the_number_it_always_had() -> None:
    """Numbers are stored, so they do not change; and a field is part of a term."""
    assert term_number(("family", "okafor")) == 614672053804471146
    assert term_number(("given", "okafor")) != term_number(("family", "okafor"))


def test_shows_no_name() -> None:
    """What finds a student does not show in a log."""
    ada = student(given_name="Ada", email="ada@example.org")
    assert "ada" not in repr(finding_of(ada)).lower()


class DriverError(Exception):
    """As drivers raise it."""

    sqlite_errorname: str | None = None
    sqlstate: str | None = None


def named(message: str = "it failed", **names: str) -> DriverError:
    """Make an error with the driver's name for it."""
    error = DriverError(message)
    for kind, name in names.items():
        setattr(error, kind, name)
    return error


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (named(sqlstate="23505"), KeyTakenError),
        (named(sqlstate="23503"), ConcurrentChangeError),
        (named(sqlstate="40P01"), ConcurrentChangeError),
        (named(sqlstate="53300"), StorageBusyError),
        (named(sqlstate="55P03"), StorageBusyError),
        (named(sqlstate="57P03"), StorageBusyError),
        (named(sqlstate="25006"), StorageReadOnlyError),
        (named(sqlstate="XX000"), StorageError),
        (named(sqlite_errorname="SQLITE_BUSY_SNAPSHOT"), StorageBusyError),
        (named(sqlite_errorname="SQLITE_CONSTRAINT_PRIMARYKEY"), KeyTakenError),
        (named(sqlite_errorname="SQLITE_CONSTRAINT_UNIQUE"), KeyTakenError),
        (
            named(sqlite_errorname="SQLITE_CONSTRAINT_FOREIGNKEY"),
            ConcurrentChangeError,
        ),
        (DriverError(), StorageError),
        (None, StorageError),
        (named("Key (name)=(NULTON) exists", sqlstate="23505"), KeyTakenError),
        (named("Process 7: FIND 'NULTON'", sqlstate="40001"), ConcurrentChangeError),
        (
            named("NULTON", sqlite_errorname="SQLITE_CONSTRAINT_ROWID"),
            ConcurrentChangeError,
        ),
    ],
)
def test_says_what_a_driver_means(error: object, meaning: type[StorageError]) -> None:
    """The driver's own name of an error decides, whatever text its message quotes."""
    assert type(meaning_of(error)) is meaning


@pytest.mark.parametrize(
    "error",
    [
        *(named(sqlstate=state) for state in ("23502", "23514", "P0001")),
        *(
            named(
                "NOT NULL constraint failed: st_sites.name",
                sqlite_errorname=f"SQLITE_CONSTRAINT_{kind}",
            )
            for kind in ("NOTNULL", "CHECK", "TRIGGER")
        ),
    ],
)
def test_a_rule_of_a_table_is_nobody_elses_change(error: object) -> None:
    """Trying again does not help, so it is not told as something that it might."""
    meaning = meaning_of(error)
    assert type(meaning) is StorageError
    assert meaning.message == "A rule of the database refuses this."
    assert "does not help" in meaning.advice


@pytest.mark.parametrize(
    "error",
    [
        named(sqlstate="23503"),
        named(sqlstate="23001"),
        named(sqlite_errorname="SQLITE_CONSTRAINT_FOREIGNKEY"),
    ],
)
def test_a_foreign_key_says_that_something_refers(error: object) -> None:
    """A row of a host's own may hang on a student whom a merge takes off the site."""
    meaning = meaning_of(error)
    assert type(meaning) is ConcurrentChangeError
    assert "another row of your database refers to it" in meaning.advice


def test_says_which_text_is_not_kept() -> None:
    """A text that no database keeps is named as such, and not shown."""
    for error in (
        DriverError("PostgreSQL text fields cannot contain NUL (0x00) bytes"),
        ValueError("A string literal cannot contain NUL (0x00) characters."),
        named("invalid byte sequence: 0x00", sqlstate="22021"),
        unencodable(),
    ):
        assert "character" in meaning_of(error).message
        assert "Ada" not in str(meaning_of(error))


def test_a_driver_says_what_is_known_of_nul() -> None:
    """What psycopg says of a NUL is what is looked for."""
    psycopg = pytest.importorskip("psycopg")
    dumper = psycopg.adapters.get_dumper(str, psycopg.adapt.PyFormat.TEXT)(str)
    with pytest.raises(psycopg.DataError) as refused:
        dumper.dump("Ada\0")
    assert "character" in meaning_of(refused.value).message


def unencodable() -> UnicodeEncodeError:
    """Return what Python says of half of a surrogate pair."""
    with pytest.raises(UnicodeEncodeError) as refused:
        "Ada\ud800".encode()
    return refused.value
