"""What became of each student, and what the log tells of it (IMP, CONF-1, LOG)."""

from datetime import UTC, datetime

import attrs
import pytest

from student_transfer.import_log import (
    LogRow,
    ScoreImportStatus,
    SourceImportStatus,
)
from student_transfer.merging import Change, Settled, Treatment
from student_transfer.outcomes import (
    Outcome,
    Reason,
    arrived_outcome,
    failed_outcome,
    undone_outcome,
)
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey

SOURCE = Student(
    key=StudentKey("s1"),
    site_id=SiteId("a"),
    given_name="Ada",
    family_name="Byron",
    year="6",
    student_id="7",
    user_name="abyron",
    email="ada@a.example",
)
HERE = attrs.evolve(
    SOURCE,
    key=StudentKey("t1"),
    site_id=SiteId("b"),
    student_id="",
    user_name="abyron1",
    email="ada@b.example",
)


def test_no_reason_is_the_end_of_another() -> None:
    """LOG-1: so that a row of the log, which may say more before, tells which it is."""
    said = [reason.value for reason in Reason]
    assert all(sum(one.endswith(other) for one in said) == 1 for other in said)


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.name)
def test_a_student_who_did_not_arrive_is_on_the_log(reason: Reason) -> None:
    """IMP-6, IMP-10: the row has failed with its reason, and nothing arrived."""
    failed = failed_outcome(SOURCE.key, SOURCE, reason)
    assert (failed.source_status, failed.score_status, failed.student) == (
        SourceImportStatus.FAILED,
        ScoreImportStatus.NONE,
        None,
    )
    assert failed.reason is reason
    row = failed.log_row
    assert row.source_import_status is SourceImportStatus.FAILED
    assert row.score_import_status is ScoreImportStatus.NONE
    assert (row.first_name, row.last_name, row.year) == ("Ada", "Byron", "6")
    assert (row.source_user_name, row.destination_user_name) == ("abyron", "")
    assert row.detail == reason.value


def test_a_student_nobody_knows_is_named_by_key() -> None:
    """IMP-10: where no name is known, the log says which key it was."""
    row = failed_outcome(SOURCE.key, None, Reason.NOT_ON_SOURCE).log_row
    assert (row.first_name, row.last_name, row.year) == ("", "", "")
    assert row.detail == "student s1: no longer on the source site"


def test_the_kind_of_an_unexpected_error_is_told() -> None:
    """IMP-6: support learns what kind of error it was."""
    failed = failed_outcome(SOURCE.key, SOURCE, Reason.UNEXPECTED, "KeyError")
    assert failed.log_row.detail == "an unexpected error (KeyError)"


def test_a_student_who_arrived_is_on_the_log_with_both_sides() -> None:
    """LOG-1, CONF-1: each identifier as on the source and as here, and what changed."""
    settled = Settled(
        HERE,
        (
            Change("student_id", Treatment.LEFT_BLANK),
            Change("user_name", Treatment.NUMBERED),
        ),
    )
    arrived = arrived_outcome(SOURCE, settled, on_source=3, kept=3, to_merge=True)
    assert arrived.student == "t1"
    assert arrived.to_merge
    assert arrived.reason is None
    assert arrived.log_row == LogRow(
        first_name="Ada",
        last_name="Byron",
        year="6",
        source_import_status=SourceImportStatus.CHANGES,
        score_import_status=ScoreImportStatus.ALL,
        source_student_id="7",
        destination_student_id="",
        source_user_name="abyron",
        destination_user_name="abyron1",
        source_email="ada@a.example",
        destination_email="ada@b.example",
        detail=(
            "student id: taken on this site, so left blank; "
            "user name: taken on this site, so a number was appended"
        ),
    )
    assert arrived.source_status is arrived.log_row.source_import_status
    assert arrived.score_status is arrived.log_row.score_import_status


def test_each_site_has_its_own_identifiers_on_the_log() -> None:
    """LOG-1: all three are given as on the source and as on the destination."""
    here = attrs.evolve(HERE, student_id="8")
    kept = Settled(here, (Change("student_id", Treatment.KEPT),))
    arrived = arrived_outcome(SOURCE, kept, on_source=0, kept=0, to_merge=False)
    row = arrived.log_row
    assert (row.source_student_id, row.destination_student_id) == ("7", "8")
    assert (row.source_user_name, row.destination_user_name) == ("abyron", "abyron1")
    assert (row.source_email, row.destination_email) == (
        "ada@a.example",
        "ada@b.example",
    )


def test_fields_that_were_treated_alike_are_told_together() -> None:
    """CONF-1: each treatment is said once, after the fields it was given to."""
    blank = Treatment.LEFT_BLANK
    changes = (
        Change("student_id", blank),
        Change("user_name", Treatment.NUMBERED),
        Change("email", blank),
    )
    settled = Settled(HERE, changes)
    arrived = arrived_outcome(SOURCE, settled, on_source=0, kept=0, to_merge=False)
    assert arrived.log_row.detail == (
        "student id, email: taken on this site, so left blank; "
        "user name: taken on this site, so a number was appended"
    )


def test_half_a_character_becomes_the_replacement_sign() -> None:
    """LOG-3: one student's damaged name does not cost all the log."""
    damaged = attrs.evolve(SOURCE, given_name="A\ud800da")
    failed = failed_outcome(SOURCE.key, damaged, Reason.UNEXPECTED, "Some\udfffError")
    assert failed.log_row.first_name == "A\ufffdda"
    assert failed.log_row.detail == "an unexpected error (Some\ufffdError)"


def test_a_student_without_changes_is_imported_with_no_changes() -> None:
    """LOG-2: no change means no detail."""
    arrived = arrived_outcome(
        SOURCE, Settled(HERE), on_source=0, kept=0, to_merge=False
    )
    assert arrived.source_status is SourceImportStatus.NO_CHANGES
    assert arrived.log_row.detail == ""
    assert not arrived.to_merge


@pytest.mark.parametrize(
    ("before", "after", "detail"),
    [
        ((), (), ""),
        (
            (Change("user_name", Treatment.KEPT),),
            (),
            "; before that, user name: the value on this site was kept",
        ),
        (
            (Change("student_id", Treatment.KEPT), Change("email", Treatment.KEPT)),
            (Change("user_name", Treatment.NUMBERED),),
            (
                " (user name: taken on this site, so a number was appended)"
                "; before that, student id, email: the value on this site was kept"
            ),
        ),
    ],
)
def test_the_log_of_an_undone_match_is_of_the_new_student(
    before: tuple[Change, ...], after: tuple[Change, ...], detail: str
) -> None:
    """LOG-1, CONF-1: it does not say of the identifiers it gives what was before."""
    merged = Settled(attrs.evolve(HERE, user_name="kept"), before)
    outcome = arrived_outcome(SOURCE, merged, on_source=1, kept=1, to_merge=False)
    at = datetime(2026, 7, 1, tzinfo=UTC)
    new = attrs.evolve(HERE, key=StudentKey("t2"))
    settled = Settled(new, after)
    undone = undone_outcome(outcome, settled, kept=1, has=1, at=at, to_merge=True)
    assert undone.log_row == attrs.evolve(
        outcome.log_row,
        destination_user_name="abyron1",
        detail="the match was undone since: the student has a record of their own"
        + detail,
    )
    assert (undone.student, undone.undone_at, undone.to_merge) == ("t2", at, True)


@pytest.mark.parametrize(
    ("on_source", "kept", "expected"),
    [
        (0, 0, ScoreImportStatus.ALL),
        (3, 3, ScoreImportStatus.ALL),
        (3, 2, ScoreImportStatus.SOME),
        (3, 1, ScoreImportStatus.SOME),
        (3, 0, ScoreImportStatus.NONE),
    ],
)
def test_how_many_scores_arrived(
    on_source: int, kept: int, expected: ScoreImportStatus
) -> None:
    """LOG-2: all, some or none; a student without scores is "all"."""
    arrived = arrived_outcome(
        SOURCE, Settled(HERE), on_source=on_source, kept=kept, to_merge=False
    )
    assert arrived.score_status is expected


@pytest.mark.parametrize(
    "outcome",
    [
        failed_outcome(SOURCE.key, SOURCE, Reason.UNEXPECTED),
        arrived_outcome(SOURCE, Settled(HERE), on_source=1, kept=1, to_merge=False),
    ],
)
def test_no_repr_shows_a_student(outcome: Outcome) -> None:
    """LOG-1: what ends up in logs carries no personal data."""
    for personal in ("Ada", "Byron", "abyron", "example"):
        assert personal not in repr(outcome)
