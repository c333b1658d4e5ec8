"""Values survive being stored as JSON exactly, and unreadable text is an error."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import attrs
import pytest

from student_transfer.errors import StorageError
from student_transfer.outcomes import Reason
from student_transfer.records import (
    Mastery,
    Origin,
    ReaderQuiz,
    StarAssessment,
    StarProduct,
)
from student_transfer.sites import (
    SiteId,
)
from student_transfer.storing import codec
from student_transfer.students import StudentKey, StudentRef
from student_transfer.testing.values import full_row, new_applied_match


def test_reads_what_an_import_kept_before_matches_could_be_undone() -> None:
    """A row of an older version says that nothing of it can be undone."""
    row = full_row("s1")
    stored = codec.IMPORT_ROW.dumps(row)
    assert "merged" not in json.loads(stored)["outcome"]
    assert codec.IMPORT_ROW.loads(stored) == row
    assert row.outcome is not None
    assert not row.outcome.can_undo_match


def test_a_reason_is_kept_by_its_name() -> None:
    """Its sentence can be reworded, and what was stored is read all the same."""
    row = full_row("s1")
    stored = json.loads(codec.IMPORT_ROW.dumps(row))
    assert stored["absence"] == "NOT_OF_CODE"
    assert Reason.NOT_OF_CODE.value not in json.dumps(stored)
    for said in Reason:  # as the first versions kept it
        stored["outcome"]["reason"] = said.value
        read = codec.IMPORT_ROW.loads(json.dumps(stored)).outcome
        assert read is not None
        assert read.reason is said


def test_reads_a_row_without_why_its_student_was_absent() -> None:
    """Neither that, nor what else is told of a proposal since, was kept once."""
    row = full_row("s1")
    stored = json.loads(codec.IMPORT_ROW.dumps(row))
    del stored["absence"], stored["frequencies"]
    del stored["suggestion"]["doubts"], stored["suggestion"]["is_taken"]
    read = codec.IMPORT_ROW.loads(json.dumps(stored))
    bare = attrs.evolve(row.suggestion, doubts=(), is_taken=False)
    assert read == attrs.evolve(row, suggestion=bare, absence=None, frequencies=None)


@pytest.mark.parametrize(
    "told",
    [
        "has come as another student since, or was parted from the match",
        (
            "is here twice, or looks different here, or is another's match: "
            "a person has to decide"
        ),
    ],
)
def test_reads_the_reasons_of_rows_from_before_each_cause_had_its_own(
    told: str,
) -> None:
    """A log is read as it was written, though nobody is told so any more."""
    stored = json.loads(codec.IMPORT_ROW.dumps(full_row("s1")))
    stored["outcome"]["reason"] = told
    read = codec.IMPORT_ROW.loads(json.dumps(stored))
    assert read.outcome is not None
    assert read.outcome.reason is not None
    assert read.outcome.reason.value == told


def test_an_applied_match_is_stored_under_the_names_it_always_had() -> None:
    """Of what a database keeps no field is lost, whatever the code calls it by now."""
    bare = new_applied_match(already_there=())
    stored = json.loads(codec.APPLIED_MATCH.dumps(bare))
    assert [each["record_id"] for each in stored["came"]] == ["2", "1"]
    assert "there" not in stored
    stored["there"] = stored["came"][:1]
    found = codec.APPLIED_MATCH.loads(json.dumps(stored))
    assert found == attrs.evolve(bare, already_there=bare.added[:1])
    assert json.loads(codec.APPLIED_MATCH.dumps(found)) == stored


@pytest.mark.parametrize(
    "number", ["0", "-0", "1.50", "1E+3", "0.10000000000000000001"]
)
def test_numbers_keep_their_digits(number: str) -> None:
    """A number comes back digit by digit, not as a float."""
    quiz = ReaderQuiz(
        origin=Origin(SiteId("a"), "1"), quiz_number="1", reading_level=Decimal(number)
    )
    back = codec.RECORD.loads(codec.RECORD.dumps(quiz))
    assert isinstance(back, ReaderQuiz)
    assert str(back.reading_level) == number


def test_a_time_that_was_kept_without_its_zone_is_in_utc() -> None:
    """Times in UTC could be kept so before they were checked."""
    stored = (
        '{"origin":{"site_id":"a","record_id":"1"},"product":"maths",'
        '"completed_at":"2026-03-29T01:30:00","_is":"star"}'
    )
    back = codec.RECORD.loads(stored)
    assert isinstance(back, StarAssessment)
    assert back.completed_at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    mastered = codec.RECORD.loads(
        '{"origin":{"site_id":"a","record_id":"1"},"kind":"skill","name":"Rhyme",'
        '"launched_at":"2026-03-29T01:30:00","_is":"mastery"}'
    )
    assert isinstance(mastered, Mastery)
    assert mastered.launched_at == back.completed_at


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 29, 1, 30, 0, 1, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 30, tzinfo=timezone(timedelta(hours=-5))),
        datetime(2026, 3, 29, 1, 30, 0, 999999),  # noqa: DTZ001 - a wall clock
    ],
)
def test_times_keep_their_zone(moment: datetime) -> None:
    """A time comes back to the microsecond with its zone, a wall clock without."""
    star = StarAssessment(
        origin=Origin(SiteId("a"), "1"),
        product=StarProduct.MATHS,
        completed_local=moment,
    )
    back = codec.RECORD.loads(codec.RECORD.dumps(star))
    assert isinstance(back, StarAssessment)
    assert back.completed_local is not None
    assert back.completed_local.isoformat() == moment.isoformat()


def test_text_that_is_no_unicode_survives() -> None:
    """Half of a surrogate pair and NUL are escaped, so that no database minds."""
    quiz = ReaderQuiz(
        origin=Origin(SiteId("a"), "1"), quiz_number="1", title="a\ud800b\0c"
    )
    text = codec.RECORD.dumps(quiz)
    assert text.isascii()
    assert "\0" not in text
    assert codec.RECORD.loads(text) == quiz


def test_equal_values_give_equal_text() -> None:
    """The order in which a set was built does not show."""
    refs = [StudentRef(SiteId(f"s{n}"), StudentKey("1")) for n in range(9)]
    texts = {
        codec.REFS.dumps(frozenset(refs)),
        codec.REFS.dumps(frozenset(reversed(refs))),
    }
    assert len(texts) == 1


def test_reads_what_was_stored_before() -> None:
    """Text of the first version still means the same record: nobody may break it."""
    stored = (
        '{"origin":{"site_id":"a","record_id":"7"},"product":"maths",'
        '"completed_at":"2026-01-02T03:04:05.000006+00:00","scaled_score":"812.5",'
        '"benchmarks":[{"scheme":"state","name":"Met","minimum":"40"}],'
        '"extra":[["Zone","1"]],"_is":"star"}'
    )
    record = codec.RECORD.loads(stored)
    assert isinstance(record, StarAssessment)
    assert record.product is StarProduct.MATHS
    assert record.completed_at == datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert record.scaled_score == Decimal("812.5")
    assert record.benchmarks[0].minimum == Decimal(40)
    assert record.benchmarks[0].measure.value == "percentile_rank"
    assert record.extra == (("Zone", "1"),)
    assert codec.RECORD.dumps(record) == stored


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "[]",
        "null",
        '{"_is":"essay"}',
        '{"origin":{"site_id":"a","record_id":"Ada"},"_is":"quiz"}',
        '{"origin":"Ada","quiz_number":"1","_is":"quiz"}',
        '{"origin":{"site_id":"a","record_id":"1"},"taken_on":"Ada","_is":"quiz"}',
    ],
)
def test_unreadable_text_is_an_error(stored: str) -> None:
    """Text that was not written here is refused, without being quoted."""
    with pytest.raises(StorageError, match="stored value") as refusal:
        codec.RECORD.loads(stored)
    assert "Ada" not in str(refusal.value)
    assert refusal.value.__suppress_context__


@pytest.mark.parametrize("stored", ['"Ada"', "{}", "null", "[1]", '["a",["Ada"]]'])
def test_keys_are_a_list_of_texts(stored: str) -> None:
    """A lone text is not one key a letter, and a number is none."""
    with pytest.raises(StorageError, match="stored value") as refusal:
        codec.KEYS.loads(stored)
    assert "Ada" not in str(refusal.value)


def test_blank_fields_are_left_out() -> None:
    """Only what a record has takes room."""
    quiz = ReaderQuiz(origin=Origin(SiteId("a"), "1"), quiz_number="1")
    full = attrs.evolve(quiz, title="A book")
    assert "title" not in codec.RECORD.dumps(quiz)
    assert "A book" in codec.RECORD.dumps(full)
