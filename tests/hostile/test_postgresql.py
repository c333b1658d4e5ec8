"""PostgreSQL refuses in the library's words what the other storages refuse."""

from random import Random
from typing import Any

import pytest

from student_transfer.adapters.sql import SqlStorage
from student_transfer.codes import CodeId
from student_transfer.errors import StorageError
from student_transfer.imports import ImportId
from student_transfer.names import normal_words
from student_transfer.sites import Site, SiteId
from student_transfer.students import Student, StudentKey
from tests.hostile.marks import MARK, NAMES, NOT_KEPT

SITE = SiteId("oak")


def student(key: str, **fields: Any) -> Student:
    """Make a student of the site."""
    return Student(**{"key": StudentKey(key), "site_id": SITE, **fields})


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_keeps_every_name(on_postgresql: SqlStorage, name: str) -> None:
    """What memory and SQLite keep is kept here, and found."""
    one = student("1", given_name=name, year=name, extra={"Note": name})
    with on_postgresql() as work:
        work.roster.add(one)
        work.commit()
    with on_postgresql(read_only=True) as work:
        assert work.roster.students(SITE, [one.key]) == {one.key: one}
        assert work.roster.search(SITE, normal_words(name)[:20], 9) == [one]


@pytest.mark.parametrize("text", NOT_KEPT.values(), ids=NOT_KEPT.keys())
def test_refuses_what_no_database_keeps(on_postgresql: SqlStorage, text: str) -> None:
    """A text with NUL or half a character is refused, and the transaction goes on."""
    with on_postgresql() as work:
        for refused in (
            lambda: work.roster.add(student("1", given_name=text)),
            lambda: work.roster.add(student(text)),
            lambda: work.sites.put_site(Site(SITE, text)),
        ):
            with pytest.raises(StorageError, match="that no database keeps"):
                refused()
        work.roster.add(student("2", given_name="A"))
        work.commit()
    with on_postgresql(read_only=True) as work:
        assert work.roster.size(SITE) == 1


@pytest.mark.parametrize("text", NOT_KEPT.values(), ids=NOT_KEPT.keys())
def test_refuses_to_look_for_it(on_postgresql: SqlStorage, text: str) -> None:
    """An identifier from outside with such a character is a clear error."""
    looks: list[Any] = [
        lambda work: work.imports.get(ImportId(text)),
        lambda work: work.codes.get(CodeId(text)),
        lambda work: work.roster.students(SITE, [StudentKey(text)]),
        lambda work: work.roster.search(SITE, [text], 9),
    ]
    for look in looks:
        with (
            on_postgresql(read_only=True) as work,
            pytest.raises(StorageError, match="that no database keeps"),
        ):
            look(work)


@pytest.mark.parametrize("field", ["key", "email", "user_name", "student_id"])
def test_says_that_an_identifier_is_too_long(
    on_postgresql: SqlStorage, field: str
) -> None:
    """An index takes some 2,700 bytes; the error says so and does not show them."""
    letters = Random(7).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=20_000)
    long = MARK + "".join(letters)
    with (
        on_postgresql() as work,
        pytest.raises(StorageError, match="too long to be found"),
    ):
        work.roster.add(student(**{"key": "1", field: long}))


def test_keeps_and_finds_a_name_of_any_length(on_postgresql: SqlStorage) -> None:
    """A name is no identifier: it is kept whole, and found by how it begins."""
    name = "".join(Random(7).choices("abcdefghijklmnopqrstuvwxyz", k=20_000))
    one = student("1", given_name=name, family_name=f"{name} {name[::-1]}")
    with on_postgresql() as work:
        work.roster.add(one)
        work.commit()
    with on_postgresql(read_only=True) as work:
        assert work.roster.search(SITE, [name[:7], name[::-1]], 9) == [one]
