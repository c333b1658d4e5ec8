"""What is explained of a pair is what was decided on (PREV-6)."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import attrs
from hypothesis import event, given, settings
from hypothesis import strategies as st

from student_transfer.adapters.memory import MemoryStorage
from student_transfer.codes import YearScope
from student_transfer.linkage.proposing.pair_scoring import PairScorer, Scored
from student_transfer.matching import (
    Candidate,
    Explanation,
    Level,
    NonMatchReason,
    link_students,
)
from student_transfer.permissions import Actor, ActorId, Role
from student_transfer.roster_files import link_files, read_rosters
from student_transfer.services import TransferService
from student_transfer.sites import School, SchoolId, Site, SiteId
from student_transfer.students import Student, StudentKey

OLD, NEW = SiteId("old"), SiteId("new")
ELM, OAK = SchoolId("elm"), SchoolId("oak")
FILLED_IN = date(2014, 9, 1)

GIVEN = ("Ada", "Ben", "Konstantina", "Omar", "Smith", "Zoë")
FAMILIES = ("Abbot", "Kahn", "Khan", "Omar", "Smith", "Wexford")
BIRTHDAYS = (FILLED_IN, date(2014, 3, 5), date(2014, 5, 3), date(2013, 11, 17), None)
NATIONAL_IDS = ("", "A12345678", "A12345679", "H801200001001")
EMAILS = ("", "office@abbey.org", "khan@example.org")
ADDRESSES = ("", "Abbey School, 1 Hill Road", "4 Mill Street")

fewer = settings(max_examples=max(15, settings().max_examples // 3))


@st.composite
def children(draw: st.DrawFn) -> Student:
    """Draw one who shares with others of an import what is meant for one child."""
    return Student(
        key=StudentKey("?"),
        site_id=OLD,
        given_name=draw(st.sampled_from(GIVEN)),
        family_name=draw(st.sampled_from(FAMILIES)),
        date_of_birth=draw(st.sampled_from(BIRTHDAYS)),
        year="6",
        national_id=draw(st.sampled_from(NATIONAL_IDS)),
        email=draw(st.sampled_from(EMAILS)),
        extra={"address": draw(st.sampled_from(ADDRESSES))},
        enrolments={ELM},
    )


@st.composite
def rosters(draw: st.DrawFn) -> tuple[list[Student], list[Student]]:
    """Draw who comes, and who is there: some of them, also written otherwise."""
    coming = draw(st.lists(children(), min_size=1, max_size=12))
    there = [_as_there(draw, one) for one in coming]
    coming += [
        attrs.evolve(one, family_name=f"{one.family_name}{place}")
        for place, one in enumerate(draw(st.just(coming) | st.just(())) * 5)
    ]
    if draw(st.booleans()):
        coming = [attrs.evolve(one, date_of_birth=FILLED_IN) for one in coming]
    return _numbered(coming, "i", OLD, ELM), _numbered(there, "e", NEW, OAK)


def _as_there(draw: st.DrawFn, one: Student) -> Student:
    other = draw(children())
    field = draw(st.sampled_from(("given_name", "date_of_birth", "national_id", "key")))
    if draw(st.integers(0, 3)):
        return attrs.evolve(one, **{field: getattr(other, field)})
    return attrs.evolve(one, given_name=one.family_name, family_name=one.given_name)


def _numbered(
    students: Sequence[Student], letter: str, site: SiteId, school: SchoolId
) -> list[Student]:
    return [
        attrs.evolve(
            one, key=StudentKey(f"{letter}{n}"), site_id=site, enrolments={school}
        )
        for n, one in enumerate(students)
    ]


@contextmanager
def listening() -> Iterator[list[Scored]]:
    """Yield what the pairs of an import come to, as it is decided on."""
    found: list[Scored] = []
    score = PairScorer.score

    def told(scorer: PairScorer, keys: Sequence[StudentKey]) -> Scored:
        found.append(score(scorer, keys))
        return found[-1]

    with patch.object(PairScorer, "score", told):
        yield found


def check(
    scored: Scored, key: StudentKey, candidate: Candidate, explained: Explanation
) -> None:
    """Compare an explanation with what was decided on, and with what is said of it."""
    other = candidate.key
    steps = [one for one in explained.steps if one.level is not Level.SIBLINGS]
    decided = scored.levels[key][other]
    assert tuple((one.field, one.level) for one in steps) == decided
    assert sum(one.weight for one in steps) == scored.sums[key][other][0]
    said = (f"{one.label}: {one.level.value}" for one in steps)
    assert candidate.why == "; ".join(said)
    for one in steps:
        if one.level is Level.SHARED:
            event(f"{one.field} is shared")


@given(rosters())
@fewer
def test_two_files_are_explained_as_they_were_decided(
    drawn: tuple[list[Student], list[Student]],
) -> None:
    """PREV-6: levels and weights of each pair offered are those of the decision."""
    with TemporaryDirectory() as folder, listening() as scored:
        paths = Path(folder) / "incoming.csv", Path(folder) / "existing.csv"
        for path, students in zip(paths, drawn, strict=True):
            _write(path, students)
        linked = link_files(*paths)
    for key, suggestion in linked.suggestions.items():
        for one in suggestion.candidates:
            check(scored[0], key, one, linked.why_not(key, one.key).explanation)


_NOT_KEPT = {NonMatchReason.NO_SHARED_KEY, NonMatchReason.KEYS_TOO_COMMON}


@given(rosters())
@fewer
def test_students_are_explained_as_two_files_are(
    drawn: tuple[list[Student], list[Student]],
) -> None:
    """PREV-6: of each pair it is said whether it was compared, and how it compares."""
    with TemporaryDirectory() as folder:
        paths = Path(folder) / "incoming.csv", Path(folder) / "existing.csv"
        for path, students in zip(paths, drawn, strict=True):
            _write(path, students)
        files, read = link_files(*paths), read_rosters(*paths)
    linked = link_students(read.incoming.values(), read.existing.values())
    assert linked.suggestions == files.suggestions
    for key in read.incoming:
        assert linked.likeliest(key) == files.likeliest(key)
        for other in read.existing:
            told = linked.why_not(key, other)
            event(told.reason.name)
            try:
                assert files.why_not(key, other) == told
            except ValueError:  # a row of whom no key is looked for is not kept
                assert told.reason in _NOT_KEPT


COLUMNS = ("given_name", "family_name", "date_of_birth", "national_id", "email", "year")


def _write(path: Path, students: Sequence[Student]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", *COLUMNS, "address"))
        for one in students:
            cells = (getattr(one, column) for column in COLUMNS)
            writer.writerow((one.key, *cells, dict(one.extra).get("address", "")))


def _with_own_email(one: Student) -> Student:
    """Make the email the student's own, as a site keeps it (CONF-3)."""
    return attrs.evolve(one, email=one.email and f"{one.key}.{one.email}")


@given(rosters())
@fewer
def test_an_import_is_explained_as_it_was_decided(
    drawn: tuple[list[Student], list[Student]],
) -> None:
    """PREV-6: what the whole import has taught reaches the review of each pair."""
    storage = MemoryStorage()
    with storage() as work:
        for site, school in ((OLD, ELM), (NEW, OAK)):
            work.sites.put_site(Site(site, site))
            work.sites.put_school(School(school, site, school))
        for students in drawn:
            work.roster.add_all(map(_with_own_email, students))
        work.commit()
    heads = [Actor(ActorId(at), at, Role.NETWORK_ADMINISTRATOR) for at in (OLD, NEW)]
    service = TransferService(storage)
    code = service.generate_code(heads[0], YearScope(ELM, "6")).code.reveal()
    import_id = service.start_import(heads[1], code, OAK).id
    with listening() as scored:
        service.analyse(import_id)
    for shown in service.preview(heads[1], import_id).rows:
        key = shown.source_key
        for one in shown.row.suggestion.candidates:
            told = service.why_not(heads[1], import_id, key, one.key)
            check(scored[0], key, one, told.explanation)
            compared = service.explain(heads[1], import_id, key, one.key)
            assert Explanation.of(compared) == told.explanation
