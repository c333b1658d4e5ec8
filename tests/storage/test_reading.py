"""Reading students by their keys, whatever is asked for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from student_transfer.adapters.sql import SqlStorage
from student_transfer.sites import Site, SiteId
from student_transfer.students import Student, StudentKey

SITE = SiteId("s")
ODD = ["a", "a'b", 'a"b', "a\\b", "a\nb", "{a,b}", "NULL", "é😀", "[1]", "a" * 300]


@pytest.fixture(params=["sqlite", "postgresql"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStorage]:
    """Yield a storage with a student of each odd key."""
    if request.param == "postgresql":
        found: SqlStorage = request.getfixturevalue("on_postgresql")
        yield from filled(found)
    else:
        with SqlStorage.open(tmp_path / "s.db") as opened:
            yield from filled(opened)


def filled(storage: SqlStorage) -> Iterator[SqlStorage]:
    """Fill the storage."""
    with storage() as work:
        work.sites.put_site(Site(SITE, "S"))
        work.roster.add_all([Student(key=StudentKey(k), site_id=SITE) for k in ODD])
        work.commit()
    yield storage


def test_any_key_is_found_and_no_other(storage: SqlStorage) -> None:
    """Each by itself, all together, and twice."""
    with storage(read_only=True) as work:
        for key in ODD:
            assert [*work.roster.students(SITE, [StudentKey(key)])] == [key]
        every = [StudentKey(key) for key in (*ODD, *ODD)]
        assert work.roster.students(SITE, every).keys() == set(ODD)


@pytest.mark.parametrize("key", ["", "b", "A"])
def test_a_key_that_nobody_has_finds_nobody(storage: SqlStorage, key: str) -> None:
    """Nobody gets a student who was not asked for."""
    with storage(read_only=True) as work:
        assert work.roster.students(SITE, [StudentKey(key)]) == {}


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
@pytest.mark.parametrize("key", ["a\0", "a\0b", "\0"])
def test_a_key_that_sqlite_cuts_finds_nobody(storage: SqlStorage, key: str) -> None:
    """The student of the first part is another one; PostgreSQL refuses such a key."""
    with storage(read_only=True) as work:
        assert work.roster.students(SITE, [StudentKey(key)]) == {}
