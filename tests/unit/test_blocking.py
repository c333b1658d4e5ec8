"""Unit tests of profiles, blocking keys and terms."""

import subprocess
import sys
from datetime import date
from hashlib import blake2b
from importlib.resources import files
from typing import Any

import attrs
import pytest

from student_transfer.blocking import (
    BLOCKING_VERSION,
    Frequencies,
    blocking_keys,
    is_upn,
    national_id,
    profile,
    terms,
)
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey, StudentRef

AMELIA = Student(
    key=StudentKey("1"),
    site_id=SiteId("a"),
    given_name="Amelia",
    middle_name="Rose",
    family_name="Patel-Jones",
    date_of_birth=date(2014, 3, 5),
    gender="F",
    year="6",
    national_id="H801200001001",
    email="amelia@example.org",
)


def _keys(student: Student, purpose: str) -> set[str]:
    return {key for key in blocking_keys(student) if key.startswith(purpose)}


@pytest.mark.parametrize(
    ("purpose", "corrupted"),
    [
        ("fb", attrs.evolve(AMELIA, given_name="Zzyzx")),
        ("fb", attrs.evolve(AMELIA, given_name="")),
        ("fb", attrs.evolve(AMELIA, given_name="Millie")),
        ("fb", attrs.evolve(AMELIA, given_name="A")),
        ("fb", attrs.evolve(AMELIA, family_name="Patel")),
        ("fb", attrs.evolve(AMELIA, family_name="PATEL JONES")),
        ("gb", attrs.evolve(AMELIA, family_name="Novak")),
        ("gb", attrs.evolve(AMELIA, family_name="")),
        ("gb", attrs.evolve(AMELIA, family_name="Patle-Jones")),
        ("gb", attrs.evolve(AMELIA, given_name="Amélia Rose", family_name="Novak")),
        ("gb", attrs.evolve(AMELIA, given_name="Zz", preferred_name="Amelia")),
        ("nn", attrs.evolve(AMELIA, date_of_birth=date(2014, 5, 3))),
        ("nn", attrs.evolve(AMELIA, date_of_birth=date(2014, 3, 6))),
        ("nn", attrs.evolve(AMELIA, date_of_birth=None)),
        (
            "nn",
            attrs.evolve(AMELIA, given_name="Patel-Jones", family_name="Amelia"),
        ),
        ("nn", attrs.evolve(AMELIA, given_name="Амелия", date_of_birth=None)),
        ("fi", attrs.evolve(AMELIA, given_name="Amleia", date_of_birth=None)),
        ("gi", attrs.evolve(AMELIA, family_name="Ptael-Jones", date_of_birth=None)),
        (
            "id",
            attrs.evolve(AMELIA, given_name="Z", family_name="Z", date_of_birth=None),
        ),
        ("em", attrs.evolve(AMELIA, given_name="Z", family_name="Z", national_id="")),
        (
            "rf",
            Student(
                key=StudentKey("9"),
                site_id=SiteId("b"),
                provenance=frozenset({AMELIA.ref}),
            ),
        ),
    ],
)
def test_each_key_outlives_the_corruption_it_is_there_for(
    purpose: str, corrupted: Student
) -> None:
    """Every corruption of MATCH-3 leaves a key of the named purpose."""
    assert _keys(AMELIA, purpose) & _keys(corrupted, purpose)


def test_two_students_who_came_from_one_record_share_a_key() -> None:
    """A child sent from A to B and to C is found through A (IMP-5)."""
    origin = frozenset({StudentRef(SiteId("a"), StudentKey("1"))})
    one = Student(key=StudentKey("2"), site_id=SiteId("b"), provenance=origin)
    other = Student(key=StudentKey("3"), site_id=SiteId("c"), provenance=origin)
    assert _keys(one, "rf") & _keys(other, "rf")


def test_a_student_of_whom_nothing_is_known_has_the_key_of_the_record_alone() -> None:
    """Blank values make no keys, so blank records do not meet (MATCH-5)."""
    blank = Student(key=StudentKey("9"), site_id=SiteId("a"))
    assert {key[:2] for key in blocking_keys(blank)} == {"rf"}


def test_keys_are_short_ascii_without_a_name_in_them() -> None:
    """A key fits any column of a database and shows no personal data."""
    keys = blocking_keys(attrs.evolve(AMELIA, family_name="Wolfeschlegel" * 20))
    assert all(key.isascii() and len(key) <= 24 for key in keys)
    assert len(keys) <= 16


def test_keys_do_not_depend_on_the_process() -> None:
    """Another process with another hash seed gives the same keys."""
    program = (
        "from student_transfer.blocking import blocking_keys\n"
        "from student_transfer.students import Student\n"
        "student = Student(key='1', site_id='a', given_name='Zo\u00eb',"
        " family_name='Ng Khan')\n"
        "print(' '.join(sorted(blocking_keys(student))))\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert outputs.pop().strip()


def test_what_storage_keeps_changes_only_with_the_version() -> None:
    """Changed keys or names data need a new BLOCKING_VERSION, then new digests here."""
    data = files("student_transfer").joinpath("data")
    names = ("diminutives", "given_names", "particles", "placeholders", "spellings")
    read = "".join(data.joinpath(f"{name}.csv").read_text("utf-8") for name in names)
    kept = " ".join(sorted(blocking_keys(AMELIA))) + repr(sorted(terms(AMELIA)))
    digests = [
        blake2b(part.encode(), digest_size=8).hexdigest() for part in (read, kept)
    ]
    assert (BLOCKING_VERSION, *digests) == (1, "a8ed7d61527dd8c5", "912cc49a5a72f1e8")


def test_terms_are_the_normal_forms_that_are_counted() -> None:
    """Names, the preferred one too, and the national identifier are counted."""
    student = attrs.evolve(AMELIA, preferred_name="Mimi", national_id="WA")
    assert terms(student) == {
        ("given", "amelia"),
        ("given", "mimi"),
        ("middle", "rose"),
        ("family", "pateljones"),
    }
    assert ("national_id", "H801200001001") in terms(AMELIA)


@pytest.mark.parametrize(
    "text", ["", "WA", "12345", "ABCDEFGH", "999999999", "n/a", "CA-201"]
)
def test_what_cannot_identify_a_child_is_no_national_identifier(text: str) -> None:
    """A state's name or a filler in the column is no evidence (MATCH-5)."""
    assert national_id(text) == ""


def test_the_check_letter_of_a_pupil_number_is_verified() -> None:
    """A UPN with a wrong letter, a wrong digit or a wrong shape is none."""
    assert is_upn("H801200001001")
    assert is_upn("U80120000100A")
    assert not is_upn("H801200001002")
    assert not is_upn("H80120000100")


@pytest.mark.parametrize(
    ("field", "text", "normal"),
    [
        ("gender", "Female", "f"),
        ("gender", "boy", "m"),
        ("gender", "X", ""),
        ("gender", "unknown", ""),
        ("student_id", "00123", "123"),
        ("student_id", "N/A", ""),
        ("student_id", "0", ""),
        ("user_name", "ASmith", "asmith"),
        ("email", " A@Example.ORG ", "a@example.org"),
        ("email", "none", ""),
    ],
)
def test_a_profile_has_normal_forms(field: str, text: str, normal: str) -> None:
    """Placeholders and ways of writing are gone from a profile (MATCH-5)."""
    changes: dict[str, Any] = {field: text}
    assert getattr(profile(attrs.evolve(AMELIA, **changes)), field) == normal


def test_profiles_and_names_do_not_show_a_child() -> None:
    """The repr of a profile has no personal data."""
    assert "melia" not in repr(profile(AMELIA))
    assert "melia" not in repr(profile(AMELIA).given)


def test_a_share_is_smoothed_and_never_more_than_all() -> None:
    """On a small site nothing looks rare, and no share exceeds 1 (MATCH-5)."""
    term = ("given", "amelia")
    assert Frequencies(10, {term: 1}).share(term) > Frequencies(9999, {term: 1}).share(
        term
    )
    assert Frequencies(1, {term: 10_000}).share(term) == 1


def test_a_site_has_no_less_than_nobody() -> None:
    """A negative size is refused."""
    with pytest.raises(ValueError, match="size"):
        Frequencies(-1)
