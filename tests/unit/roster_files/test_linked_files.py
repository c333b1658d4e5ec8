"""Unit tests of two roster files that were linked, and of why."""

from pathlib import Path

import pytest

from student_transfer.errors import InputFileError
from student_transfer.matching import Level, NonMatchReason
from student_transfer.roster_files import LinkedFiles, link_files
from student_transfer.students import StudentKey
from tests.functional.two_rosters import EXISTING, INCOMING

U1, U2, V1, V2 = map(StudentKey, ("u1", "u2", "v1", "v2"))


def _linked(
    folder: Path, beside: StudentKey | None = None, more: str = ""
) -> LinkedFiles:
    paths = folder / "incoming.csv", folder / "existing.csv"
    for path, text in zip(paths, (INCOMING + more, EXISTING), strict=True):
        path.write_text(text, encoding="utf-8")
    return link_files(*paths, beside=beside)


def test_why_is_said_of_who_was_found(tmp_path: Path) -> None:
    """PREV-6: what was proposed, and the sum that led to it."""
    linked = _linked(tmp_path)
    assert linked.suggestion(U1).match == V1
    told = linked.why_not(U1, V1)
    assert told.reason is NonMatchReason.MATCHED
    assert told.explanation.probability > 0.99


def test_why_counts_what_the_whole_file_shows(tmp_path: Path) -> None:
    """PREV-6: a date that is filled in and a number of two are explained as ignored."""
    rows = [
        f"{n},Ka{n % 6}{n}ra,Wi{n}nd,2014-09-01,{'A12345678' if n < 2 else ''}"
        for n in range(40)
    ]
    text = "\n".join(("id,given_name,family_name,date_of_birth,national_id", *rows))
    for name in ("incoming.csv", "existing.csv"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    linked = link_files(tmp_path / "incoming.csv", tmp_path / "existing.csv")
    key = StudentKey("0")
    told = {one.field: one for one in linked.why_not(key, key).explanation.steps}
    assert "date_of_birth" not in told
    assert told["national_id"].level is Level.SHARED
    assert told["national_id"].weight == 0
    [candidate] = linked.suggestion(key).candidates
    assert "of several students" in candidate.why


def test_why_is_said_of_who_was_named(tmp_path: Path) -> None:
    """Whoever is named is kept, and compared."""
    told = _linked(tmp_path, beside=V2).why_not(U1, V2)
    assert told.reason is NonMatchReason.NO_SHARED_KEY


def test_the_likeliest_may_be_the_match_of_another(tmp_path: Path) -> None:
    """PREV-3, PREV-4: who would be possible is known, and whose match that is."""
    linked = _linked(tmp_path, more="u5,Mya,Okafor,2015-03-19,,\nu6,Mona,Okafor,,,\n")
    u5, u6 = StudentKey("u5"), StudentKey("u6")
    assert linked.suggestion(u5).is_taken
    assert (linked.suggestion(u5).candidates, linked.likeliest(u5)) == ((), V1)
    told = linked.why_not(u5, V1)
    assert (told.reason, told.other) == (NonMatchReason.TAKEN, U1)
    assert linked.likeliest(U1) == V1
    assert linked.suggestion(u6).why == "nobody on the site is a possible match"
    assert linked.likeliest(u6) is None


def test_who_is_not_there_is_refused(tmp_path: Path) -> None:
    """With the file, and without the id."""
    linked = _linked(tmp_path)
    with pytest.raises(InputFileError, match=r"^No student of incoming\.csv has this"):
        linked.why_not(StudentKey("nobody"), V1)
    with pytest.raises(InputFileError, match=r"^No student of existing\.csv has this"):
        _linked(tmp_path, beside=StudentKey("nobody"))


def test_an_id_of_the_other_file_is_told_as_that(tmp_path: Path) -> None:
    """Two files are soon given in the wrong order."""
    told = r"^No student of incoming\.csv has this id, but one of existing\.csv has\."
    linked = _linked(tmp_path)
    with pytest.raises(InputFileError, match=told) as refused:
        linked.suggestion(V1)
    assert refused.value.advice.startswith("Name the file of those who come first")
    told = r"^No student of existing\.csv has this id, but one of incoming\.csv has\."
    with pytest.raises(InputFileError, match=told):
        _linked(tmp_path, beside=U2)


def test_who_was_not_kept_has_to_be_named(tmp_path: Path) -> None:
    """It is not said of a student who is there that nobody has the id."""
    with pytest.raises(ValueError, match="name the existing student to link_files"):
        _linked(tmp_path).why_not(U1, V2)


def test_they_are_shown_without_names(tmp_path: Path) -> None:
    """A repr ends up in logs."""
    assert repr(_linked(tmp_path)) == "<LinkedFiles of 4 incoming students>"
