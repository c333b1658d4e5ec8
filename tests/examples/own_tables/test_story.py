"""A year comes to the platform's tables, and a merge takes along what it knows."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from own_tables import tables
from student_transfer import (
    Actor,
    ActorId,
    Role,
    School,
    SchoolId,
    Site,
    SiteId,
    Student,
    StudentKey,
    TransferService,
    YearScope,
)
from student_transfer.imports import ImportState
from student_transfer.testing.values import quiz
from tests.examples.own_tables.hosts import EngineStorage, SqliteHost, put

OLD_SITE, NEW_SITE = SiteId("old"), SiteId("new")
ELM, OAK = SchoolId("elm"), SchoolId("oak")
ONE, TWO, THREE, FOUR = (StudentKey(key) for key in "1234")
OLD = Actor(ActorId("head@old"), OLD_SITE, Role.NETWORK_ADMINISTRATOR)
NEW = Actor(ActorId("head@new"), NEW_SITE, Role.NETWORK_ADMINISTRATOR)


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[EngineStorage]:
    """Yield the platform with two trusts and a school each."""
    with EngineStorage(SqliteHost().begin(tmp_path)) as storage:
        put(
            storage,
            [Site(OLD_SITE, "Old"), Site(NEW_SITE, "New")],
            [School(ELM, OLD_SITE, "Elm"), School(OAK, NEW_SITE, "Oak")],
        )
        yield storage


def add(
    platform: EngineStorage, key: StudentKey, site: SiteId, school: SchoolId
) -> None:
    """Put Maya on a site."""
    maya = Student(
        key=key,
        site_id=site,
        given_name="Maya",
        family_name="Okafor",
        date_of_birth=date(2015, 3, 9),
        year="6",
        enrolments={school},
    )
    with platform() as work:
        work.roster.add(maya)
        work.roster.add_records(site, key, [quiz(f"q{key}", site)])
        work.commit()


def logs(platform: EngineStorage) -> dict[str, str]:
    """Return whose each reading log is, by its book."""
    joined = tables.reading_logs.join(tables.pupils)
    found = sa.select(tables.reading_logs.c.book, tables.pupils.c.key)
    with platform.engine.connect() as connection:
        rows = connection.execute(found.select_from(joined)).all()
    return {row.book: row.key for row in rows}


def log(platform: EngineStorage, key: str, book: str) -> None:
    """Let a pupil have read a book."""
    pupil = sa.select(tables.pupils.c.id).where(tables.pupils.c.key == key)
    values = {"pupil_id": pupil.scalar_subquery(), "book": book}
    with platform.engine.begin() as connection:
        connection.execute(sa.insert(tables.reading_logs).values(values))


def test_a_child_comes_with_her_records(platform: EngineStorage) -> None:
    """She is found on the new site, by the platform's own tables."""
    add(platform, ONE, OLD_SITE, ELM)
    add(platform, FOUR, NEW_SITE, OAK)
    service = TransferService(platform)
    code = service.generate_code(OLD, YearScope(ELM, "6")).code.reveal()
    one = service.start_import(NEW, code, OAK).id
    service.analyse(one)
    service.confirm(NEW, one)
    assert service.run_import(one).state is ImportState.COMPLETED
    with platform(read_only=True) as work:
        assert work.roster.size(NEW_SITE) == 1
        kept = work.source.records(NEW_SITE, FOUR)
    assert [record.origin.record_id for record in kept] == ["q4", "q1"]


def test_who_was_there_before_is_found_once_indexed(platform: EngineStorage) -> None:
    """The platform has written a pupil itself, under the number as a key."""
    with platform.engine.begin() as connection:
        [trust_id] = connection.execute(
            sa.select(tables.trusts.c.id).where(tables.trusts.c.slug == NEW_SITE)
        ).one()
        values = {"id": 7, "trust_id": trust_id, "key": "7", "forename": "Maya"}
        connection.execute(sa.insert(tables.pupils).values(values))
    key = StudentKey("7")
    with platform() as work:
        assert not work.roster.search(NEW_SITE, ["maya"], 9)
        maya = work.roster.students(NEW_SITE, [key])[key]
        work.roster.index(7, trust_id, maya)
        assert work.roster.search(NEW_SITE, ["maya"], 9) == [maya]


def test_logs_follow_each_merge_and_go_back(platform: EngineStorage) -> None:
    """Also where the survivor of one merge was absorbed by the next (AFTER-2)."""
    for key in (ONE, TWO, THREE):
        add(platform, key, NEW_SITE, OAK)
        log(platform, key, f"of {key}")
    before = logs(platform)
    service = TransferService(platform)
    first = service.merge_students(NEW, TWO, ONE)
    assert logs(platform) == {"of 1": "2", "of 2": "2", "of 3": "3"}
    second = service.merge_students(NEW, THREE, TWO)
    assert set(logs(platform).values()) == {"3"}
    service.undo_merge(NEW, second.id)
    assert logs(platform) == {"of 1": "2", "of 2": "2", "of 3": "3"}
    service.undo_merge(NEW, first.id)
    assert logs(platform) == before
