"""Loading a reading onto a site."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

from student_transfer.adapters.memory import MemoryStorage, MemoryUnitOfWork
from student_transfer.adapters.memory.merges import MemoryMerges
from student_transfer.adapters.memory.rosters import MemoryRoster, MemorySites
from student_transfer.errors import InputFileError, NotFoundError, StorageError
from student_transfer.formats import (
    Format,
    Problem,
    Reading,
    RecordRow,
    SchoolRow,
    StudentReference,
    StudentRow,
)
from student_transfer.loading import ROSTER_FORMAT, LoadReport, Tally, load
from student_transfer.loading.changes import is_same_result
from student_transfer.merges import Merge, MergeId, Snapshot
from student_transfer.permissions import ActorId
from student_transfer.records import (
    Mastery,
    MasteryKind,
    Origin,
    ReaderQuiz,
    Record,
    StarAssessment,
    StarProduct,
)
from student_transfer.sites import School, SchoolId, Site, SiteId
from student_transfer.students import Student, StudentKey, StudentRef

SITE = SiteId("a")
OAK, ELM = SchoolId("oak"), SchoolId("elm")
ROSTER, STAR = Format.ONEROSTER_1_1, Format.STAR_OVERALL


@pytest.fixture
def storage() -> MemoryStorage:
    """Return a storage with one site and nobody on it."""
    storage = MemoryStorage()
    with storage() as work:
        work.sites.put_site(Site(SITE, "Oak Trust"))
        work.commit()
    return storage


def child(key: str, **fields: Any) -> Student:
    """Make a student of the site."""
    return Student(**{"key": key, "site_id": SITE, **fields})


def ada(key: str = "1", **fields: Any) -> Student:
    """Make the student of most tests, enrolled in Oak."""
    known = {
        "given_name": "Ada",
        "family_name": "Ng",
        "date_of_birth": date(2012, 2, 14),
        "enrolments": {OAK},
    }
    return child(key, **(known | fields))


def row(student: Student, format_: Format = ROSTER, line: int = 2) -> StudentRow:
    """Make the row of a file that says this of a student."""
    reference = StudentReference(keys=(student.key,))
    if format_ is STAR:
        reference = attrs.evolve(
            reference,
            student_id=student.student_id,
            user_name=student.user_name,
            national_id=student.national_id,
        )
    return StudentRow(
        student=student, reference=reference, format=format_, file="f.csv", line=line
    )


def quiz(record_id: str = "q1", title: str = "Holes") -> ReaderQuiz:
    """Make a record of the site."""
    return ReaderQuiz(origin=Origin(SITE, record_id), quiz_number="7", title=title)


def star(days: int | None, product: StarProduct) -> StarAssessment:
    """Make the assessment of one name that was completed so many days later."""
    day = datetime(2024, 1, 1, 12, tzinfo=UTC)
    return StarAssessment(
        origin=Origin(SITE, "q1"),
        product=product,
        completed_at=None if days is None else day + timedelta(days=days),
    )


def result(record: Record | None = None, line: int = 2, **reference: Any) -> RecordRow:
    """Make the row of a record of the student who is named so."""
    return RecordRow(
        reference=StudentReference(**reference),
        record=record or quiz(),
        file="r.csv",
        line=line,
    )


def reading(
    *rows: StudentRow | RecordRow,
    schools: Iterable[str] = ("oak", "elm"),
    **fields: Any,
) -> Reading:
    """Make a reading of these rows, of a roster that names these schools."""
    named = [School(SchoolId(key), SITE, key.title()) for key in schools]
    return Reading(
        school_rows=tuple(SchoolRow(school=school) for school in named),
        student_rows=tuple(one for one in rows if isinstance(one, StudentRow)),
        record_rows=tuple(one for one in rows if isinstance(one, RecordRow)),
        **fields,
    )


def put(storage: MemoryStorage, *students: Student) -> None:
    """Put students on the site, with its schools."""
    with storage() as work:
        for key in (OAK, ELM):
            work.sites.put_school(School(key, SITE, key.title()))
        for student in students:
            work.roster.add(student)
        work.commit()


def on_site(storage: MemoryStorage, key: str) -> Student:
    """Return a student of the site."""
    with storage(read_only=True) as work:
        return work.roster.students(SITE, {StudentKey(key)})[StudentKey(key)]


def keys(storage: MemoryStorage) -> set[str]:
    """Return the keys of the students who are enrolled."""
    with storage(read_only=True) as work:
        return {
            student.key
            for school in work.sites.schools(SITE)
            for student in work.roster.enrolled(SITE, school.id)
        }


def records(storage: MemoryStorage, key: str) -> list[Record]:
    """Return the records of a student."""
    with storage(read_only=True) as work:
        return list(work.roster.records(SITE, StudentKey(key)))


def messages(report: LoadReport) -> list[str]:
    """Return the problems of a load as texts."""
    return [str(problem) for problem in report.problems]


def test_a_first_and_a_second_load(storage: MemoryStorage) -> None:
    """Everything is added once; a second load of the same changes nothing (IMP-5)."""
    files = reading(row(ada()), result(keys=("1",)))
    first = load(storage, SITE, files)
    assert first.counts() == {
        "schools added": 2,
        "schools changed": 0,
        "schools unchanged": 0,
        "students added": 1,
        "students changed": 0,
        "students unchanged": 0,
        "records added": 1,
        "records changed": 0,
        "records unchanged": 0,
    }
    second = load(storage, SITE, files)
    assert (second.schools, second.students) == (Tally(0, 0, 2), Tally(0, 0, 1))
    assert second.records == Tally(0, 0, 1)
    assert on_site(storage, "1") == ada(extra={ROSTER_FORMAT: ROSTER.value})
    assert records(storage, "1") == [quiz()]


def test_a_student_of_a_roster_and_of_results_is_counted_once(
    storage: MemoryStorage,
) -> None:
    """Whoever reads the report wants to know how many children came."""
    roster = [row(ada()), row(child("2", given_name="Tom"), line=3)]
    first = load(storage, SITE, reading(*roster, row(ada(), STAR)))
    assert first.students == Tally(added=2)
    again = load(storage, SITE, reading(*roster, row(ada(gender="F"), STAR)))
    assert again.students == Tally(changed=1, unchanged=1)
    assert on_site(storage, "1").gender == "F"


def test_an_unknown_site(storage: MemoryStorage) -> None:
    """Nothing is loaded onto a site that there is not (PERM-3)."""
    with pytest.raises(NotFoundError, match="put into the storage first"):
        load(storage, SiteId("b"), reading())


def test_a_storage_with_no_more_than_the_ports_is_told_what_it_lacks(
    storage: MemoryStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever implements the ports alone has not been told of the two methods more."""
    monkeypatch.delattr(MemoryRoster, "record_holders")
    with pytest.raises(StorageError, match=r"it lacks roster\.record_holders\.") as one:
        load(storage, SITE, reading(row(ada())))
    assert "LoadingUnitOfWork" in one.value.advice
    monkeypatch.delattr(MemorySites, "put_school")
    both = r"lacks sites\.put_school and roster\.record_holders\."
    with pytest.raises(StorageError, match=both):
        load(storage, SITE, reading(row(ada())))


def test_what_was_read_for_another_site_is_not_loaded(storage: MemoryStorage) -> None:
    """PERM-3: the students would land on the site that they were read for."""
    with storage() as work:
        work.sites.put_site(Site(SiteId("b"), "B"))
        work.commit()
    with pytest.raises(InputFileError, match="read for another site") as refused:
        load(storage, SiteId("b"), reading(row(ada())))
    assert "formats.read(files, site_id)" in refused.value.advice
    with storage(read_only=True) as work:
        assert work.roster.students(SITE, [StudentKey("1")]) == {}


def test_results_that_were_read_for_another_site_are_not_loaded(
    storage: MemoryStorage,
) -> None:
    """PERM-3, MATCH-1: a local ID of one site is another child's on the next."""
    with storage() as work:
        work.sites.put_site(Site(SiteId("b"), "B"))
        work.commit()
    with pytest.raises(InputFileError, match="read for another site"):
        load(storage, SiteId("b"), reading(result(keys=("1",))))


def test_strict_loads_all_or_nothing(storage: MemoryStorage) -> None:
    """With strict one problem is enough to change nothing, and all are named."""
    problem = Problem("f.csv", 9, "birthDate", "not a date")
    files = reading(row(ada()), result(keys=("9",)), problems=(problem,))
    with pytest.raises(InputFileError) as caught:
        load(storage, SITE, files, strict=True)
    assert [text.partition(":")[0] for text in caught.value.problems] == [
        "f.csv, line 9, column birthDate",
        "r.csv, line 2",
    ]
    assert keys(storage) == set()
    fine = reading(row(ada()))
    assert load(storage, SITE, fine, strict=True).students == Tally(added=1)


@pytest.mark.parametrize("error", [StorageError, KeyboardInterrupt])
def test_an_interrupted_load_leaves_nothing_half_done(
    storage: MemoryStorage,
    monkeypatch: pytest.MonkeyPatch,
    error: type[BaseException],
) -> None:
    """A load that the storage or a person stops in the middle has changed nothing."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(MemoryRoster, "add_records", fail)
    with pytest.raises(error):
        load(storage, SITE, reading(row(ada()), result(keys=("1",))))
    assert keys(storage) == set()


# Students ---------------------------------------------------------------------------


def test_a_roster_sets_what_it_says(storage: MemoryStorage) -> None:
    """A roster changes what its cells say; blanks and provenance stay (CONF-2)."""
    came_from = StudentRef(SiteId("b"), StudentKey("7"))
    put(
        storage,
        ada(
            year="6",
            national_id="X4711001",
            provenance={came_from},
            extra={"phone": "1", "zone": "2"},
        ),
    )
    new = ada(family_name="Ng-Lee", year="7", extra={"phone": "3"})
    report = load(storage, SITE, reading(row(new)))
    assert report.students == Tally(changed=1)
    assert on_site(storage, "1") == ada(
        family_name="Ng-Lee",
        year="7",
        national_id="X4711001",
        provenance={came_from},
        extra={"phone": "3", "zone": "2", ROSTER_FORMAT: ROSTER.value},
    )


@pytest.mark.parametrize(
    ("schools", "said", "expected"),
    [
        (("oak", "elm"), {ELM}, {ELM}),
        (("elm",), {ELM}, {OAK, ELM}),
        (("oak", "elm"), set(), {OAK}),
    ],
)
def test_enrolments(
    storage: MemoryStorage,
    schools: tuple[str, ...],
    said: set[SchoolId],
    expected: set[SchoolId],
) -> None:
    """An enrolment ends only in a school that the files name, for another one."""
    put(storage, ada())
    load(storage, SITE, reading(row(ada(enrolments=said)), schools=schools))
    assert on_site(storage, "1").enrolments == expected


def test_unknown_schools(storage: MemoryStorage) -> None:
    """A school that is nowhere is a problem; a school of the site need not be read."""
    put(storage)
    student = ada(enrolments={"oak", "nowhere"})
    report = load(storage, SITE, reading(row(student), schools=()))
    [message] = messages(report)
    assert "a school that is neither in the files nor on the site" in message
    assert on_site(storage, "1").enrolments == {OAK}


def test_a_reused_key_is_refused(storage: MemoryStorage) -> None:
    """A row that would overwrite another child is refused, with its records."""
    put(storage, ada())
    bob = child("1", given_name="Bob", family_name="Oz", date_of_birth=date(2011, 1, 1))
    report = load(storage, SITE, reading(row(bob), result(keys=("1",))))
    assert ["another child" in text for text in messages(report)] == [True, False]
    assert on_site(storage, "1") == ada()
    assert records(storage, "1") == []


def test_students_who_are_gone_stay(storage: MemoryStorage) -> None:
    """A student whom the roster lists as gone stays on the site, with a note."""
    put(storage, ada())
    report = load(storage, SITE, reading(inactive=(StudentKey("1"), StudentKey("9"))))
    assert [note.message[:10] for note in report.notes] == ["1 students"]
    assert keys(storage) == {"1"}


# Identifiers (CONF-3, CONF-4) -------------------------------------------------------


def test_a_taken_identifier_is_left_blank(storage: MemoryStorage) -> None:
    """A student whose email another one has is loaded without it (CONF-3)."""
    put(storage, ada(email="family@example.org"))
    twin = ada("2", given_name="Mia", email="Family@Example.org", user_name="mng")
    files = reading(row(twin))
    report = load(storage, SITE, files)
    assert ["email" in text for text in messages(report)] == [True]
    assert "example" not in messages(report)[0]
    stored = on_site(storage, "2")
    assert (stored.email, stored.user_name) == ("", "mng")
    assert load(storage, SITE, files).students == Tally(unchanged=1)


def test_two_rows_want_one_identifier(storage: MemoryStorage) -> None:
    """Nobody can say whose it is, so neither has it, and no result finds one by it."""
    rows = [row(ada("2", student_id="S")), row(ada("1", student_id="s"), line=3)]
    report = load(storage, SITE, reading(*rows, result(student_id="S")))
    assert sorted(problem.line for problem in report.problems[:2]) == [2, 3]
    assert all("another row" in text for text in messages(report)[:2])
    assert [on_site(storage, key).student_id for key in "12"] == ["", ""]
    assert all(records(storage, key) == [] for key in "12")


def test_who_has_an_identifier_keeps_it_when_others_want_it(
    storage: MemoryStorage,
) -> None:
    """It is known whose it is, so the others are told that it is taken (CONF-3)."""
    put(storage, ada("2", student_id="S"))
    rows = [row(ada(key, student_id="S"), line=int(key)) for key in "123"]
    report = load(storage, SITE, reading(*rows))
    assert [problem.line for problem in report.problems] == [1, 3]
    assert all("student's already" in text for text in messages(report))
    assert [on_site(storage, key).student_id for key in "123"] == ["", "S", ""]


def test_a_result_does_not_go_by_an_identifier_that_was_refused(
    storage: MemoryStorage,
) -> None:
    """It is the new child's in these files, and another's on the site (MATCH-1)."""
    put(storage, ada(user_name="ang"))
    mia = row(ada("2", given_name="Mia", user_name="ang"))
    report = load(storage, SITE, reading(mia, result(user_name="ANG")))
    assert ["without" in text for text in messages(report)] == [True, True]
    assert all(records(storage, key) == [] for key in "12")
    by_key = result(keys=("2",))
    assert load(storage, SITE, reading(mia, by_key)).records == Tally(added=1)
    assert records(storage, "2") == [quiz()]


def test_a_user_name_given_out_again_is_not_the_sisters(storage: MemoryStorage) -> None:
    """Who is found by it alone has to have the given name, too (MATCH-4)."""
    put(storage, ada(user_name="ang"))
    adam = ada("2", given_name="Adam", date_of_birth=None, user_name="ang")
    report = load(storage, SITE, reading(row(adam, STAR), result(user_name="ang")))
    assert "given out again" in messages(report)[0]
    assert on_site(storage, "1").given_name == "Ada"
    assert records(storage, "1") == []


def test_a_key_given_to_a_sister_is_refused(storage: MemoryStorage) -> None:
    """The family name alone makes nobody the same child (MATCH-4)."""
    put(storage, ada())
    other = ada(given_name="Eve", date_of_birth=date(2016, 11, 30))
    report = load(storage, SITE, reading(row(other), result(keys=("1",))))
    assert len(messages(report)) == 2
    assert on_site(storage, "1") == ada()
    assert records(storage, "1") == []


def test_identifiers_change_hands(storage: MemoryStorage) -> None:
    """Two students whose user names are exchanged both get the new one."""
    put(storage, ada("1", user_name="x"), ada("2", user_name="y"))
    files = reading(row(ada("1", user_name="y")), row(ada("2", user_name="X"), line=3))
    report = load(storage, SITE, files)
    assert (messages(report), report.students) == ([], Tally(changed=2))
    assert on_site(storage, "1").user_name == "y"
    assert on_site(storage, "2").user_name == "X"


def test_a_refused_identifier_leaves_the_old_one(storage: MemoryStorage) -> None:
    """Who cannot have the new identifier keeps the old one, unless it is passed on."""
    put(storage, ada("1", student_id="A"), ada("2", student_id="B"))
    put(storage, ada("3", student_id="C"), ada("4", student_id="D"))
    files = reading(
        row(ada("2", student_id="A"), line=2),
        row(ada("3", student_id="a"), line=3),
        row(ada("4", student_id="C"), line=4),
    )
    report = load(storage, SITE, files)
    assert [problem.line for problem in report.problems] == [2, 3]
    ids = [on_site(storage, key).student_id for key in "1234"]
    assert ids == ["A", "B", "", "C"]


# Merged students (IMP-8) ------------------------------------------------------------


def merge(storage: MemoryStorage, survivor: Student, absorbed: StudentKey) -> None:
    """Say that a student was merged into another, and is gone."""
    gone = child(absorbed)
    with storage() as work:
        work.merges.add(
            Merge(
                id=MergeId(f"{absorbed}-{survivor.key}"),
                site_id=SITE,
                survivor=Snapshot.of(survivor, ()),
                absorbed=Snapshot.of(gone, ()),
                result=Snapshot.of(survivor, ()),
                merged_at=datetime(2024, 1, 1, tzinfo=UTC),
                merged_by=ActorId("x"),
            )
        )
        work.commit()


def test_merged_students_stay_merged(storage: MemoryStorage) -> None:
    """A roster that still lists both students of a merge does not part them (IMP-8)."""
    put(storage, ada("1"))
    merge(storage, ada("2"), StudentKey("3"))
    merge(storage, ada("1"), StudentKey("2"))
    files = reading(row(ada("3", year="5")), row(ada("1", year="6"), line=3))
    report = load(storage, SITE, files)
    assert (messages(report), report.students) == ([], Tally(changed=1))
    assert ["merged" in note.message for note in report.notes] == [True]
    assert on_site(storage, "1").year == "6"
    assert keys(storage) == {"1"}


def _refuse(*_args: object) -> None:
    pytest.fail("it was asked for")


def test_new_students_are_not_looked_up_where_nobody_was_merged(
    storage: MemoryStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IMP-8: a first load asks nothing of the merges for each of its students."""
    monkeypatch.setattr(MemoryMerges, "survivor", _refuse)
    report = load(storage, SITE, reading(row(ada("1")), row(ada("2"), line=3)))
    assert report.students == Tally(added=2)


def test_a_site_is_not_read_for_whom_a_key_names(
    storage: MemoryStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MATCH-1: a national identifier is looked for where nothing else names a child."""
    put(storage, ada("1", national_id="X4711001"))
    files = reading(row(ada("1", national_id="X4711001"), STAR))
    monkeypatch.setattr(MemoryRoster, "enrolled", _refuse)
    assert load(storage, SITE, files).students == Tally(unchanged=1)


def test_merges_in_a_circle(storage: MemoryStorage) -> None:
    """Merges that lead nowhere make a new student and no endless search."""
    put(storage)
    merge(storage, ada("1"), StudentKey("2"))
    merge(storage, ada("2"), StudentKey("1"))
    assert load(storage, SITE, reading(row(ada("2")))).students == Tally(added=1)


# Exports of results -----------------------------------------------------------------


def test_results_fill_what_is_missing(storage: MemoryStorage) -> None:
    """An export fills blanks of a student whom it did not bring (CONF-2)."""
    put(storage, ada(year="6", student_id="S", extra={"zone": "1"}))
    said = ada("k", year="5", student_id="s", gender="F", extra={"zone": "2", "x": "3"})
    report = load(storage, SITE, reading(row(said, STAR)))
    assert report.students == Tally(changed=1)
    assert on_site(storage, "1") == ada(
        year="6", student_id="S", gender="F", extra={"zone": "1", "x": "3"}
    )


def test_a_value_of_blanks_is_missing(storage: MemoryStorage) -> None:
    """A blank is one for an export as it is for an import (CONF-2)."""
    put(storage, ada(year=" ", email="\t"))
    load(storage, SITE, reading(row(ada("1", year="5", email="a@x.org"), STAR)))
    assert on_site(storage, "1") == ada(year="5", email="a@x.org")


def test_results_alone_decide_about_their_students(storage: MemoryStorage) -> None:
    """A student whom only exports brought moves up a year with a later export."""
    load(storage, SITE, reading(row(ada(year="5"), STAR)))
    load(storage, SITE, reading(row(ada(year="6", enrolments=()), STAR)))
    assert (on_site(storage, "1").year, keys(storage)) == ("6", {"1"})
    load(storage, SITE, reading(row(ada(year="7"))))
    load(storage, SITE, reading(row(ada(year="6"), STAR)))
    assert on_site(storage, "1").year == "7"


@pytest.mark.parametrize(
    ("day", "decides"),
    [
        (datetime(2023, 9, 1, tzinfo=UTC), False),
        (None, False),
        (datetime(2024, 9, 1, 8, tzinfo=UTC), True),
        (datetime(2024, 9, 2, tzinfo=UTC), True),
    ],
)
def test_an_older_export_only_fills_in(
    storage: MemoryStorage, day: datetime | None, *, decides: bool
) -> None:
    """CODE-2: loaded late it takes no child back to the old school and year."""
    put(storage)
    newest = star(0, StarProduct.READING)
    newest = attrs.evolve(newest, completed_at=datetime(2024, 9, 1, 9, tzinfo=UTC))
    undated = attrs.evolve(star(None, StarProduct.MATHS), origin=Origin(SITE, "m"))
    first = attrs.evolve(row(ada(year="6"), STAR), as_of=newest.completed_at)
    results = [result(newest, keys=("1",)), result(undated, keys=("1",))]
    load(storage, SITE, reading(first, *results, result(quiz("q9"), keys=("1",))))
    said = row(ada(year="5", gender="F", enrolments={ELM}), STAR)
    report = load(storage, SITE, reading(attrs.evolve(said, as_of=day)))
    now = on_site(storage, "1")
    assert (now.year, now.gender) == ("5" if decides else "6", "F")
    assert now.enrolments == ({ELM} if decides else {OAK})
    assert ["older" in note.message for note in report.notes] == [True] * (not decides)


def test_a_later_result_of_another_site_makes_no_export_older(
    storage: MemoryStorage,
) -> None:
    """It came along with the child, and says nothing of this site's export."""
    put(storage)
    load(storage, SITE, reading(row(ada(year="5"), STAR)))
    later = attrs.evolve(
        star(999, StarProduct.READING), origin=Origin(SiteId("b"), "r")
    )
    with storage() as work:
        work.roster.add_records(SITE, StudentKey("1"), [later])
        work.commit()
    load(storage, SITE, reading(row(ada(year="6"), STAR)))
    assert on_site(storage, "1").year == "6"


def test_two_rows_about_one_student(storage: MemoryStorage) -> None:
    """Two students of an export who would be one student of the site are refused."""
    put(storage, ada(student_id="S", user_name="u"))
    rows = row(ada("k1", student_id="S"), STAR), row(ada("k2", user_name="u"), STAR, 3)
    report = load(storage, SITE, reading(*rows, result(keys=("k2",), user_name="u")))
    assert [(one.file, one.line) for one in report.problems] == [
        ("f.csv", 3),
        ("r.csv", 2),
    ]


def test_names_bear_out_a_key(storage: MemoryStorage) -> None:
    """A key whose other identifiers differ is believed where the name agrees."""
    put(storage, ada(student_id="S1"))
    said = row(ada(student_id="605000", date_of_birth=None), STAR)
    record = attrs.evolve(result(), reference=said.reference)
    assert load(storage, SITE, reading(record)).records == Tally()
    report = load(storage, SITE, reading(said, record))
    assert (messages(report), report.records) == ([], Tally(added=1))
    nameless = attrs.evolve(said, student=child("1", student_id="605000"))
    report = load(storage, SITE, reading(nameless, record))
    assert [problem.file for problem in report.problems] == ["f.csv", "r.csv"]


@pytest.mark.parametrize(
    ("school_id", "name", "others", "expected"),
    [
        ("oak", "Anything", (), "oak"),
        ("id=1", "OAK", (), "oak"),
        ("id=1", "Twin", ("twin2",), "twin2"),
        ("id=1", "Twin", (), "id=1"),
        ("id=1", "", ("oak",), "id=1"),
        ("id=1", "New", ("oak",), "id=1"),
    ],
)
def test_which_school_an_export_means(
    storage: MemoryStorage,
    school_id: str,
    name: str,
    others: tuple[str, ...],
    expected: str,
) -> None:
    """An export's school is one of the site by id or by a name that only one has."""
    put(storage)
    with storage() as work:
        for key in ("twin1", "twin2"):
            work.sites.put_school(School(SchoolId(key), SITE, "Twin"))
        work.commit()
    school = School(SchoolId(school_id), SITE, name)
    named = SchoolRow(school=school, other_ids=others, rostered=False)
    files = Reading(
        school_rows=(named,),
        student_rows=(row(ada(enrolments={school_id}), STAR),),
    )
    load(storage, SITE, files)
    assert on_site(storage, "1").enrolments == {expected}
    with storage(read_only=True) as work:
        names = {one.id: one.name for one in work.sites.schools(SITE)}
    assert names[OAK] == "Oak"


def test_a_roster_renames_its_schools(storage: MemoryStorage) -> None:
    """A roster's name of a school is set; a blank one changes nothing."""
    put(storage)
    rows = [
        SchoolRow(school=School(OAK, SITE, "Oaks")),
        SchoolRow(school=School(ELM, SITE, "")),
    ]
    report = load(storage, SITE, Reading(school_rows=tuple(rows)))
    assert report.schools == Tally(changed=1, unchanged=1)


# Whom a record belongs to -----------------------------------------------------------


@pytest.mark.parametrize(
    "reference",
    [
        {"keys": ("1",)},
        {"keys": ("other", "1")},
        {"keys": ("other",), "student_id": " s1 "},
        {"user_name": "ADA"},
        {"national_id": "x4711001"},
        {"keys": ("1",), "student_id": "S9", "user_name": "ada"},
    ],
)
def test_whom_a_record_belongs_to(
    storage: MemoryStorage, reference: dict[str, Any]
) -> None:
    """Any identifier that names one student is enough, if the others allow it."""
    put(storage, ada(student_id="S1", user_name="ada", national_id="X4711001"))
    report = load(storage, SITE, reading(result(**reference)))
    assert (messages(report), report.records) == ([], Tally(added=1))
    assert records(storage, "1") == [quiz()]


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ({"keys": ("9",)}, "not on the site"),
        ({"student_id": "1"}, "not on the site"),
        ({"national_id": "X4711009"}, "not on the site"),
        ({"keys": ("1",), "user_name": "mia"}, "different students"),
        ({"national_id": "Z4711026"}, "different students"),
        ({"user_name": "ada", "student_id": "S9"}, "another differs"),
        ({"keys": ("1",), "student_id": "S9"}, "another differs"),
        ({"user_name": "ada", "national_id": "X4711009"}, "another differs"),
    ],
)
def test_whose_record_is_unsure(
    storage: MemoryStorage, reference: dict[str, Any], message: str
) -> None:
    """A record whose student is not certain goes to nobody (MATCH-1)."""
    put(
        storage,
        ada(student_id="S1", user_name="ada", national_id="X4711001"),
        ada("2", given_name="Mia", user_name="mia"),
        ada("3", national_id="Z4711026"),
        ada("4", national_id="z4711026", enrolments={ELM}),
    )
    report = load(storage, SITE, reading(result(**reference)))
    assert [message in text for text in messages(report)] == [True]
    assert report.records == Tally()
    assert all(records(storage, key) == [] for key in "1234")


@pytest.mark.parametrize("reference", [{"keys": ("1",)}, {"student_id": "S1"}])
@pytest.mark.parametrize("with_roster", [True, False])
def test_a_record_that_names_another_child(
    storage: MemoryStorage, reference: dict[str, Any], *, with_roster: bool
) -> None:
    """The identifier was given out again, or mistyped: it goes to nobody (MATCH-1)."""
    put(storage, ada(student_id="S1"))
    bob = child("?", given_name="Bob", family_name="Oz")
    ours = child("?", given_name="ADA", family_name="Ng")
    rows = [
        attrs.evolve(result(line=2, **reference), said=bob),
        attrs.evolve(result(quiz("q2"), line=3, **reference), said=ours),
    ]
    roster = [row(ada(student_id="S1"))] if with_roster else []
    report = load(storage, SITE, reading(*roster, *rows))
    assert [(one.file, one.line) for one in report.problems] == [("r.csv", 2)]
    assert "the row was not read" in messages(report)[0]
    assert records(storage, "1") == [quiz("q2")]


def test_a_record_that_names_a_sister(storage: MemoryStorage) -> None:
    """By a student ID alone the given name has to be the child's, too (MATCH-4)."""
    put(storage, ada(student_id="S1"))
    eve = child("?", given_name="Eve", family_name="Ng")
    record = attrs.evolve(result(student_id="S1"), said=eve)
    report = load(storage, SITE, reading(record))
    assert ["given out again" in text for text in messages(report)] == [True]
    assert records(storage, "1") == []


def test_nobody_is_found_by_a_placeholder(storage: MemoryStorage) -> None:
    """A site may have it from elsewhere, and it speaks for and against nobody."""
    put(storage, ada(student_id="S1", national_id="999999999"))
    bob = child("2", given_name="Bob", family_name="Oz", national_id="999999999")
    of_ada = result(student_id="S1", national_id="X4711001")
    files = reading(row(bob, STAR), of_ada)
    report = load(storage, SITE, files)
    assert (messages(report), report.students) == ([], Tally(added=1))
    assert records(storage, "1") == [quiz()]
    stray = result(quiz("q2"), keys=("9",), national_id="999999999")
    report = load(storage, SITE, reading(stray))
    assert ["not on the site" in text for text in messages(report)] == [True]


def test_nobody_is_found_by_a_student_id_that_stands_for_none(
    storage: MemoryStorage,
) -> None:
    """The site may have it from elsewhere, and so may every child's result."""
    put(storage, ada(student_id="N/A", user_name="1.2E+9"))
    rows = result(student_id="n/a"), result(quiz("q2"), user_name="1.2e+9", line=3)
    report = load(storage, SITE, reading(*rows))
    assert ["not on the site" in text for text in messages(report)] == [True, True]


def test_a_national_identifier_alone_brings_no_other_child(
    storage: MemoryStorage,
) -> None:
    """It may be mistyped: neither name nor date of birth is theirs (MATCH-1)."""
    put(storage, ada(national_id="X4711001"))
    bob = child(
        "2",
        given_name="Bob",
        family_name="Oz",
        date_of_birth=date(2011, 1, 1),
        national_id="X4711001",
    )
    report = load(storage, SITE, reading(row(bob, STAR), result(keys=("2",))))
    assert len(messages(report)) == 2
    assert on_site(storage, "1").given_name == "Ada"
    assert records(storage, "1") == []


def test_a_record_that_reads_differently_now(storage: MemoryStorage) -> None:
    """A record that was corrected in the file is put in the old one's place."""
    put(storage, ada())
    load(storage, SITE, reading(result(keys=("1",)), result(quiz("q2"), keys=("1",))))
    changed = quiz(title="Holes!")
    files = reading(result(changed, keys=("1",)), result(quiz("q2"), keys=("1",)))
    report = load(storage, SITE, files)
    assert report.records == Tally(changed=1, unchanged=1)
    assert records(storage, "1") == [changed, quiz("q2")]


def test_a_record_that_is_another_students_stays_there(storage: MemoryStorage) -> None:
    """Who is right cannot be told from here, and nobody's is doubled (MATCH-1)."""
    put(storage, ada(), ada("2", given_name="Mia", user_name="mia"))
    load(storage, SITE, reading(result(keys=("1",))))
    report = load(storage, SITE, reading(result(user_name="mia")))
    assert ["another student's" in text for text in messages(report)] == [True]
    assert report.records == Tally()
    assert (records(storage, "1"), records(storage, "2")) == ([quiz()], [])


def test_a_record_goes_to_whom_the_files_name_by_key(storage: MemoryStorage) -> None:
    """The system that wrote it has corrected whose it is; it is not on both."""
    put(storage, ada(), ada("2", given_name="Mia"))
    load(storage, SITE, reading(result(keys=("1",))))
    report = load(storage, SITE, reading(result(keys=("2",))))
    assert (messages(report), report.records) == ([], Tally(added=1))
    assert ["went to the student" in str(note) for note in report.notes] == [True]
    assert (records(storage, "1"), records(storage, "2")) == ([], [quiz()])
    again = load(storage, SITE, reading(result(keys=("2",))))
    assert (again.records, again.notes) == (Tally(unchanged=1), ())


NEW_YEAR, MAY = date(2024, 1, 1), date(2024, 5, 9)


def taken(number: str, day: date | None) -> ReaderQuiz:
    """Make a quiz of the name that the school's first quiz has."""
    return attrs.evolve(quiz(), quiz_number=number, taken_on=day)


@pytest.mark.parametrize(
    ("again", "key", "is_kept"),
    [
        (taken("9001", MAY), "1", True),
        (taken("9001", None), "1", True),
        (taken("7", MAY), "1", False),
        (taken("9001", NEW_YEAR), "1", False),
        (taken("9001", NEW_YEAR), "2", True),
        (taken("7", MAY), "2", True),
        (taken("7", NEW_YEAR), "2", False),
    ],
)
def test_another_quiz_of_the_same_name(
    storage: MemoryStorage, again: ReaderQuiz, key: str, *, is_kept: bool
) -> None:
    """Where numbering begins again no record is lost for another one (IMP-5)."""
    put(storage, ada(), ada("2", given_name="Mia"))
    first = taken("7", NEW_YEAR)
    load(storage, SITE, reading(result(first, keys=("1",))))
    report = load(storage, SITE, reading(result(again, keys=(key,))))
    assert ["another result" in text for text in messages(report)] == [True] * is_kept
    assert records(storage, "1" if is_kept else key) == [first if is_kept else again]
    assert report.records == (
        Tally() if is_kept else Tally(changed=1) if key == "1" else Tally(added=1)
    )


@pytest.mark.parametrize(
    ("again", "is_same"),
    [
        (star(0, StarProduct.READING), True),
        (star(1, StarProduct.READING), True),
        (star(None, StarProduct.READING), True),
        (star(2, StarProduct.READING), False),
        (star(0, StarProduct.MATHS), False),
        (quiz(), False),
        (
            Mastery(
                origin=Origin(SITE, "q1"),
                kind=MasteryKind.SKILL,
                name="x",
                product=StarProduct.READING,
            ),
            False,
        ),
    ],
)
def test_what_may_be_the_same_result(again: Record, *, is_same: bool) -> None:
    """A result is of one product and one day, wherever the clock stands (IMP-5)."""
    first = star(0, StarProduct.READING)
    for of_one in (True, False):
        assert is_same_result(first, again, of_one_child=of_one) is is_same
        assert is_same_result(again, first, of_one_child=of_one) is is_same


def test_nobody_gets_what_nobody_got_before_in_a_load(storage: MemoryStorage) -> None:
    """Neither by a row of results nor by having had it, nor does a result go by it."""
    put(storage, ada("4", given_name="Eve", user_name="x"), ada("5", user_name="y"))
    rows = [
        row(ada("1", user_name="X"), line=2),
        row(ada("2", given_name="Mia", user_name="x"), line=3),
        row(ada("4", given_name="Eve", user_name="y"), line=4),
        row(ada("5", user_name="y"), line=5),
        row(ada("1", user_name="x"), STAR, line=6),
    ]
    report = load(storage, SITE, reading(*rows, result(user_name="x")))
    assert [on_site(storage, key).user_name for key in "1245"] == ["", "", "", "y"]
    assert len(messages(report)) == 5
    load(storage, SITE, reading(result(user_name="x")))
    assert all(records(storage, key) == [] for key in "1245")


def test_an_identifier_that_was_refused_hides_no_other(storage: MemoryStorage) -> None:
    """A record that its key or another identifier names plainly goes there."""
    put(storage, ada(student_id="1", user_name="x"))
    typo = row(ada("2", given_name="Mia", user_name="x"))
    files = reading(typo, result(student_id="1", user_name="x"))
    report = load(storage, SITE, files)
    assert len(messages(report)) == 1
    assert records(storage, "1") == [quiz()]


def test_two_identifiers_outweigh_a_given_name(storage: MemoryStorage) -> None:
    """A nickname, where more than one of them was hardly given out again."""
    put(storage, ada(student_id="1", user_name="x"))
    kevin = ada("s9", given_name="Kevin", student_id="1", user_name="x")
    report = load(storage, SITE, reading(row(kevin, STAR), result(student_id="1")))
    assert messages(report) == []
    assert records(storage, "1") == [quiz()]


@pytest.mark.parametrize("born", [date(2012, 2, 14), None])
def test_one_number_in_two_columns_is_one_identifier(
    storage: MemoryStorage, born: date | None
) -> None:
    """Given out again it is in both, to a twin or a sister as well (MATCH-4)."""
    put(storage, ada(student_id="605000", user_name="605000"))
    number = {"student_id": "605000", "user_name": "605000"}
    eve = row(ada("9", given_name="Eve", date_of_birth=born, **number), STAR)
    report = load(storage, SITE, reading(eve, result(keys=("9",))))
    assert "given out again" in messages(report)[0]
    assert on_site(storage, "1").given_name == "Ada"
    assert records(storage, "1") == []


def test_a_record_that_the_site_cannot_keep(
    storage: MemoryStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record that the storage leaves out is a problem and is not counted."""
    put(storage, ada())
    _keep_only(monkeypatch, lambda _: False)
    report = load(storage, SITE, reading(result(keys=("1",))))
    assert ["could not keep" in text for text in messages(report)] == [True]
    assert report.records == Tally()


def _keep_only(
    monkeypatch: pytest.MonkeyPatch, keeps: Callable[[Record], bool]
) -> None:
    """Let the storage keep some records alone."""
    keep: Callable[..., frozenset[Origin]] = MemoryRoster.add_records

    def keep_some(
        roster: MemoryRoster, site_id: SiteId, key: StudentKey, records: list[Record]
    ) -> frozenset[Origin]:
        return keep(roster, site_id, key, [one for one in records if keeps(one)])

    monkeypatch.setattr(MemoryRoster, "add_records", keep_some)


def test_a_record_whose_correction_cannot_be_kept_stays(
    storage: MemoryStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record as it was is put back, so that none is lost (IMP-5)."""
    put(storage, ada())
    load(storage, SITE, reading(result(keys=("1",))))
    _keep_only(monkeypatch, lambda record: record == quiz())
    changed = quiz(title="Holes!")
    report = load(storage, SITE, reading(result(changed, keys=("1",))))
    assert ["could not keep" in text for text in messages(report)] == [True]
    assert report.records == Tally()
    assert records(storage, "1") == [quiz()]


def test_nothing_is_loaded_where_a_record_would_be_lost(
    storage: MemoryStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A storage that does not take back what it had stops the load."""
    put(storage, ada())
    load(storage, SITE, reading(result(keys=("1",))))
    _keep_only(monkeypatch, lambda _: False)
    changed = quiz(title="Holes!")
    with pytest.raises(StorageError, match="put back"):
        load(storage, SITE, reading(result(changed, keys=("1",))))
    monkeypatch.undo()
    assert records(storage, "1") == [quiz()]


def test_reading_and_writing_meet_in_one_unit_of_work(storage: MemoryStorage) -> None:
    """A record finds the student whom the same load has only just added."""
    files = reading(row(ada(student_id="S1")), result(student_id="s1"))
    assert load(storage, SITE, files).records == Tally(added=1)
    work: MemoryUnitOfWork = storage(read_only=True)
    with work:
        assert work.roster.size(SITE) == 1
