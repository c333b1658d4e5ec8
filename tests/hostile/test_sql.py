"""SQL in a text is a text: it is kept, found and given back as it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from student_transfer.adapters.memory import MemoryStorage
from student_transfer.adapters.sql import SqlStorage
from student_transfer.codes import CodeDigest, CodeId, StudentScope, YearScope
from student_transfer.imports import ImportId
from student_transfer.merges import MergeId
from student_transfer.names import normal_words
from student_transfer.permissions import Actor, ActorId, Role
from student_transfer.records import Origin, ReaderQuiz
from student_transfer.services import TransferService
from student_transfer.sites import School, SchoolId, Site, SiteId
from student_transfer.students import Identifier, Student, StudentKey, identifier_key
from tests.hostile.marks import MARK

INJECTIONS = [
    "'",
    "''",
    '"',
    "`",
    "\\",
    "\\'",
    "';--",
    "/*",
    "*/",
    "x' OR '1'='1",
    '" OR ""="',
    "'; DROP TABLE st_students; --",
    "1); DELETE FROM st_students; --",
    "' UNION SELECT * FROM st_codes --",
    "%",
    "_",
    "%' ESCAPE '\\",
    "[a-z]",
    "{}",
    '{"a","b"}',
    "NULL",
    "null",
    ":site",
    "%(site)s",
    "$1",
    "?",
    "{0}",
    "$$",
    "E'\\x41'",
    "a,b",
    "\x1b",
    "\ufeff",
]
OTHER = SiteId("other")


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def everywhere(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[SqlStorage | MemoryStorage]:
    """Yield each storage, empty but for another site with a student."""
    if request.param == "memory":
        storage: SqlStorage | MemoryStorage = MemoryStorage()
    elif request.param == "sqlite":
        storage = SqlStorage.open(tmp_path / "s.db")
    else:
        storage = request.getfixturevalue("on_postgresql")
    with storage() as work:
        work.sites.put_site(Site(OTHER, "Other"))
        work.sites.put_school(School(SchoolId("elm"), OTHER, "Elm"))
        work.roster.add(Student(key=StudentKey("1"), site_id=OTHER, given_name=MARK))
        work.commit()
    yield storage
    if request.param == "sqlite" and isinstance(storage, SqlStorage):
        storage.close()


@pytest.mark.parametrize("text", INJECTIONS)
def test_every_text_field_keeps_it(
    everywhere: SqlStorage | MemoryStorage, text: str
) -> None:
    """Names, ids, schools and further fields come back, and lead to nobody else."""
    site, school, key = SiteId(text), SchoolId(text), StudentKey(text)
    student = Student(
        key=key,
        site_id=site,
        given_name=text,
        middle_name=text,
        family_name=text,
        preferred_name=text,
        gender=text,
        year=text,
        national_id=text,
        student_id=text,
        user_name=text,
        email=text,
        enrolments=frozenset({school}),
        extra={text: text},
    )
    quiz = ReaderQuiz(origin=Origin(site, text), quiz_number=text, title=text)
    with everywhere() as work:
        work.sites.put_site(Site(site, text))
        work.sites.put_school(School(school, site, text))
        work.roster.add(student)
        assert work.roster.add_records(site, key, [quiz]) == {quiz.origin}
        work.commit()
    with everywhere(read_only=True) as work:
        assert work.sites.site(site) == Site(site, text)
        assert work.roster.enrolled(site, school) == [student]
        assert work.roster.students(site, [key, StudentKey("1")]) == {key: student}
        assert work.roster.records(site, key) == [quiz]
        for kind in Identifier:
            value = identifier_key(text)
            held = {value: key} if value else {}
            assert work.roster.holders(site, kind, {value}) == held
        assert work.roster.holders(OTHER, Identifier.EMAIL, {text}) == {}
        words = normal_words(text)
        assert work.roster.search(site, words, 9) == [student]
        assert work.roster.size(OTHER) == 1


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_search_is_a_pattern(
    everywhere: SqlStorage | MemoryStorage, text: str
) -> None:
    """REV-1: what is searched for is a beginning, letter by letter, never a pattern."""
    with everywhere(read_only=True) as work:
        assert work.roster.search(OTHER, [text], 9) == []
        assert work.roster.search(OTHER, [MARK[:1] + text], 9) == []
        assert work.roster.search(OTHER, [text + MARK[1:]], 9) == []


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_name_of_a_thing_finds_another(
    everywhere: SqlStorage | MemoryStorage, text: str
) -> None:
    """PERM-3: by such a name nothing is found, and nothing fails."""
    service = TransferService(everywhere)
    actor = Actor(ActorId(text), OTHER, Role.NETWORK_ADMINISTRATOR)
    with everywhere(read_only=True) as work:
        assert work.imports.get(ImportId(text)) is None
        assert work.codes.get(CodeId(text)) is None
        assert work.codes.by_digest(CodeDigest(text)) is None
        assert work.merges.get(OTHER, MergeId(text)) is None
        assert work.merges.survivor(SiteId(text), StudentKey("1")) is None
        assert work.roster.enrolled(OTHER, SchoolId(text)) == []
        assert work.roster.students(OTHER, [StudentKey(text)]) == {}
        assert work.roster.students(SiteId(text), [StudentKey("1")]) == {}
    for scope in (
        YearScope(SchoolId(text), text),
        StudentScope(SchoolId(text), StudentKey(text)),
    ):
        with pytest.raises(Exception, match="There is no such school on your site"):
            service.generate_code(actor, scope)


def test_every_table_is_still_there(everywhere: SqlStorage | MemoryStorage) -> None:
    """After names that would drop it each table answers, and nobody is gone."""
    with everywhere() as work:
        for number, text in enumerate(INJECTIONS):
            work.roster.add(
                Student(key=StudentKey(f"k{number}"), site_id=OTHER, family_name=text)
            )
        work.commit()
    with everywhere(read_only=True) as work:
        assert work.roster.size(OTHER) == 1 + len(INJECTIONS)
        assert work.codes.of_site(OTHER) == []
        assert work.imports.of_site(OTHER) == []
        assert work.merges.of_site(OTHER) == []
