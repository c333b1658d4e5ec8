"""Values that the promises are tried with, and short ways to store them.

They are of three sites: `OAK` and `ELM`, which a host that claims
`student_transfer.testing.Capability.SITES` has in its storage with these schools, and
``ash``, which no storage knows.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import attrs

from student_transfer.codes import (
    CodeDigest,
    CodeId,
    IssuedCode,
    StudentScope,
    YearScope,
)
from student_transfer.import_log import (
    LogRow,
    ScoreImportStatus,
    SourceImportStatus,
)
from student_transfer.imports import Decision, Edit, Import, ImportId, ImportRow
from student_transfer.match_undo import AppliedMatch
from student_transfer.matching import Candidate, Frequencies, ImportAs, Suggestion
from student_transfer.merges import Merge, MergeId, Snapshot
from student_transfer.outcomes import Outcome, Reason
from student_transfer.permissions import ActorId
from student_transfer.ports import UnitOfWorkFactory
from student_transfer.records import Origin, ReaderQuiz
from student_transfer.sites import (
    RosterSource,
    School,
    SchoolId,
    Site,
    SiteId,
    SiteKind,
)
from student_transfer.students import Identifier, Student, StudentKey, StudentRef

Undoable = TypeVar("Undoable", Merge, AppliedMatch)

NOW = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
OAK = SiteId("oak")
ELM = SiteId("elm")
ASH = SiteId("ash")
NORTH, SOUTH = SchoolId("north"), SchoolId("south")

SITES = (
    Site(OAK, "Oak Trust"),
    Site(ELM, "Elm School", SiteKind.SCHOOL, RosterSource.SIS),
)
SCHOOLS = (
    School(NORTH, OAK, "North"),
    School(SchoolId("east"), ELM, "East"),
    School(NORTH, ELM, "Northern"),
    School(SOUTH, ELM, "Southern"),
    School(SOUTH, OAK, "Also South"),
    School(SchoolId("a-north"), OAK, "North"),
)


def minutes(count: int) -> datetime:
    """Return the instant so many minutes after `NOW`."""
    return NOW + timedelta(minutes=count)


def student(key: str = "s1", site_id: SiteId = OAK, **fields: object) -> Student:
    """Make a student with nothing but a key and these fields."""
    values: dict[str, Any] = {"key": key, "site_id": site_id, **fields}
    return Student(**values)


def holding(key: str, kind: Identifier, value: str) -> Student:
    """Make a student with an identifier."""
    fields: dict[str, Any] = {kind.value: value}
    return student(key, **fields)


def full_student(key: str = "s1", site_id: SiteId = OAK) -> Student:
    """Make a student with a value in every field."""
    return student(
        key,
        site_id,
        given_name="Zoë",
        middle_name="Anne-Marie",
        family_name="O'Brien",
        preferred_name="Zo",
        date_of_birth=date(2015, 2, 28),
        gender="F",
        year="Year 6",
        national_id="A123456789012",
        student_id="0042",
        user_name="zobrien",
        email="zoe@example.org",
        enrolments=frozenset({NORTH, SOUTH}),
        provenance=frozenset(
            {
                StudentRef(ELM, StudentKey("7")),
                StudentRef(ASH, StudentKey("7")),
            }
        ),
        extra={"Zone": "1", "House": "Red"},
    )


def quiz(record_id: str, site_id: SiteId = ELM, **fields: object) -> ReaderQuiz:
    """Make a record that was first written on the site."""
    values: dict[str, Any] = {"quiz_number": "101", **fields}
    return ReaderQuiz(origin=Origin(site_id, record_id), **values)


def issued_code(code_id: str = "c1", **fields: object) -> IssuedCode:
    """Make a code of the site oak."""
    values: dict[str, Any] = {
        "id": CodeId(code_id),
        "digest": CodeDigest(f"digest of {code_id}"),
        "site_id": OAK,
        "scope": YearScope(NORTH, "6"),
        "students": (StudentKey("s2"), StudentKey("s1")),
        "generated_at": NOW,
        "generated_by": ActorId("head"),
        "seen": (student("s1", date_of_birth=date(2015, 2, 28)), student("s2")),
    }
    return IssuedCode(**{**values, **fields})


def new_import(import_id: str = "i1", **fields: object) -> Import:
    """Make an import into the site elm, each with a code of its own."""
    values: dict[str, Any] = {
        "id": ImportId(import_id),
        "site_id": ELM,
        "school_id": SchoolId("east"),
        "code_id": CodeId(f"code of {import_id}"),
        "source_site_id": OAK,
        "scope": StudentScope(NORTH, StudentKey("s2")),
        "students": (StudentKey("s2"), StudentKey("s1")),
        "started_at": NOW,
        "started_by": ActorId("office"),
    }
    return Import(**{**values, **fields})


NEW = Decision(import_as=ImportAs.NEW)


def row(key: str, outcome: Outcome | None = None) -> ImportRow:
    """Make the row of an incoming student."""
    return ImportRow(
        source_key=StudentKey(key),
        incoming=None,
        suggestion=Suggestion(import_as=ImportAs.NEW),
        decision=NEW,
        outcome=outcome,
    )


def full_row(key: str) -> ImportRow:
    """Make a row with a value in every field."""
    candidates = (
        Candidate(StudentKey("d1"), 0.1 + 0.2, "the same date of birth"),
        Candidate(StudentKey("d2"), 1e-9, ""),
    )
    return ImportRow(
        source_key=StudentKey(key),
        incoming=full_student(key),
        suggestion=Suggestion(
            import_as=ImportAs.MATCHED,
            match=StudentKey("d1"),
            candidates=candidates,
            needs_review=True,
            why="two candidates",
            doubts=("not quite sure", "the years differ"),
            is_contested=True,
            is_taken=True,
        ),
        decision=Decision(
            import_as=ImportAs.MATCHED, match=StudentKey("d1"), by_person=True
        ),
        matched=full_student("d1"),
        outcome=FAILED,
        absence=Reason.NOT_OF_CODE,
        frequencies=Frequencies(
            900,
            {("given", "zoe"): 3, ("national_id", "A1"): 2},
            birth_share=0.1 + 0.2,
            default_births=frozenset({(2014, 9, 1), (1900, 1, 1)}),
            names_counted_from=40,
        ),
    )


def edit(key: str, minute: int) -> Edit:
    """Make an edit of the review."""
    return Edit(
        source_key=StudentKey(key),
        by=ActorId("office"),
        at=minutes(minute),
        before=full_row(key).decision,
        after=NEW,
    )


FAILED = Outcome(
    source_status=SourceImportStatus.FAILED,
    score_status=ScoreImportStatus.NONE,
    student=None,
    log_row=LogRow(
        first_name="Zoë",
        last_name="O'Brien",
        year="6",
        source_import_status=SourceImportStatus.FAILED,
        score_import_status=ScoreImportStatus.NONE,
        detail="=1+1",
    ),
    to_merge=True,
    reason=Reason.MATCH_GONE,
)


def new_merge(
    merge_id: str = "m1",
    *,
    absorbed: str = "gone",
    survivor: str = "kept",
    **fields: object,
) -> Merge:
    """Make a merge of two students, on the site oak."""
    kept, gone = full_student(survivor), student(absorbed, given_name="Zoe")
    values: dict[str, Any] = {
        "id": MergeId(merge_id),
        "site_id": OAK,
        "survivor": Snapshot(kept, (quiz("1"),)),
        "absorbed": Snapshot(gone, (quiz("2", points_earned=Decimal("1.50")),)),
        "result": Snapshot(kept, (quiz("1"), quiz("2"))),
        "merged_at": NOW,
        "merged_by": ActorId("head"),
    }
    return Merge(**{**values, **fields})


def new_applied_match(
    import_id: str = "i1",
    source_key: str = "s1",
    *,
    match: str = "d1",
    site_id: SiteId = ELM,
    **fields: object,
) -> AppliedMatch:
    """Make what an import filled in a student of the site elm, or of another."""
    source_site_id = OAK if site_id == ELM else ELM
    names = {"given_name": "Zoë", "family_name": "O'Brien"}
    values: dict[str, Any] = {
        "import_id": ImportId(import_id),
        "source_key": StudentKey(source_key),
        "site_id": site_id,
        "school_id": SchoolId("east") if site_id == ELM else NORTH,
        "source": full_student(source_key, source_site_id),
        "before": student(match, site_id, **names),
        "after": full_student(match, site_id),
        "added": (Origin(source_site_id, "1"), Origin(ASH, "2")),
        "arrived_at": NOW,
        "already_there": (Origin(ASH, "3"),),
    }
    return AppliedMatch(**{**values, **fields})


def undone(one: Undoable, **fields: object) -> Undoable:
    """Return the merge or the applied match as undone."""
    values: dict[str, Any] = {"undone_at": minutes(9), "undone_by": ActorId("head")}
    return attrs.evolve(one, **{**values, **fields})


def add_students(storage: UnitOfWorkFactory, *students: Student) -> None:
    """Store students for good."""
    with storage() as work:
        for one in students:
            work.roster.add(one)
        work.commit()


def add_codes(storage: UnitOfWorkFactory, *codes: IssuedCode) -> None:
    """Store codes for good."""
    with storage() as work:
        for one in codes:
            work.codes.add(one)
        work.commit()


def add_import(
    storage: UnitOfWorkFactory, import_: Import, rows: Iterable[ImportRow] = ()
) -> None:
    """Store an import for good."""
    with storage() as work:
        work.imports.add(import_)
        work.imports.put_rows(import_.id, rows)
        work.commit()


def add_merges(storage: UnitOfWorkFactory, *merges: Merge) -> None:
    """Store merges for good."""
    with storage() as work:
        for one in merges:
            work.merges.add(one)
        work.commit()


def add_applied_matches(
    storage: UnitOfWorkFactory, *applied_matches: AppliedMatch
) -> None:
    """Store applied matches for good, after their imports with the rows of them.

    An applied match is of a row, so a storage may refuse it where there is none.
    """
    with storage() as work:
        for import_id in dict.fromkeys(one.import_id for one in applied_matches):
            of_import = [one for one in applied_matches if one.import_id == import_id]
            import_ = new_import(
                import_id,
                site_id=of_import[0].site_id,
                school_id=of_import[0].school_id,
                source_site_id=of_import[0].source.site_id,
            )
            work.imports.add(import_)
            keys = dict.fromkeys(one.source_key for one in of_import)
            work.imports.put_rows(import_id, [row(key) for key in keys])
        for one in applied_matches:
            work.applied_matches.add(one)
        work.commit()
