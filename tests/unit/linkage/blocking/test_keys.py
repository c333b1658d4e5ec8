"""Unit tests of blocking keys."""

import os
import subprocess
import sys
from datetime import date
from hashlib import blake2b
from importlib.resources import files
from typing import Any

import attrs
import pytest

from student_transfer.linkage.blocking.candidates import search_keys
from student_transfer.linkage.blocking.key_parts import NameSkeletons
from student_transfer.linkage.blocking.keys import (
    BLOCKING_VERSION,
    blocking_keys,
    email_key,
    id_key,
    keys_of,
    link_keys,
)
from student_transfer.linkage.comparing.frequencies import terms
from student_transfer.linkage.profiles.profile import profile
from student_transfer.students import Student, StudentKey
from tests.unit.linkage.people import FULL, LEAN, NOBODY, named, there

KHAN = named("Amelia", "Khan", date_of_birth=date(2014, 3, 5))
BORN = date(2009, 11, 17)

SURVIVORS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "both names; the date is another": (
        {},
        {"date_of_birth": BORN},
    ),
    "both names, swapped; the date is another": (
        {},
        {"given_name": "Khan", "family_name": "Amelia", "date_of_birth": BORN},
    ),
    "family name and date; the given name is another": ({}, {"given_name": "Zuzanna"}),
    "family name and date; no given name": ({}, {"given_name": ""}),
    "given name and date; the family name is another": ({}, {"family_name": "Novak"}),
    "given name and date; no family name": ({}, {"family_name": ""}),
    "both initials and date; slips in both names": (
        {},
        {"given_name": "Azelia", "family_name": "Kmahn"},
    ),
    "date alone; no name is right": (
        {},
        {"given_name": "Zuzanna", "family_name": "Novak"},
    ),
    "family name, day and month; the year is wrong, and the given name": (
        {},
        {"given_name": "Zuzanna", "date_of_birth": date(2012, 3, 5)},
    ),
    "given name, day and month exchanged; the family name is another": (
        {},
        {"family_name": "Novak", "date_of_birth": date(2014, 5, 3)},
    ),
    "family name, initial and year; a slip in the given name, another day": (
        {},
        {"given_name": "Ametia", "date_of_birth": date(2014, 11, 17)},
    ),
    "given name, initial and year; a slip in the family name, another day": (
        {},
        {"family_name": "Kmahn", "date_of_birth": date(2014, 11, 17)},
    ),
    "family name and initial; a slip in the given name, no date": (
        {},
        {"given_name": "Ametia", "date_of_birth": None},
    ),
    "given name and initial; a slip in the family name, no date": (
        {},
        {"family_name": "Kmahn", "date_of_birth": None},
    ),
    "the only name; no date": (
        {"family_name": ""},
        {"family_name": "LNU", "date_of_birth": None},
    ),
    "the only name, in the other column; no date": (
        {"family_name": ""},
        {"given_name": "", "family_name": "Amelia", "date_of_birth": None},
    ),
    "the only name, in both columns; no date": (
        {"family_name": ""},
        {"family_name": "Amelia", "date_of_birth": None},
    ),
    "spelling of the only name; no date": (
        {"given_name": "", "family_name": "Chowdhury", "date_of_birth": None},
        {"family_name": "Choudhry"},
    ),
    "given name after one that a family shares; no date": (
        {"given_name": "Mohammad Hamza"},
        {"given_name": "Hamza", "date_of_birth": None},
    ),
    "given name after several of that kind; no date": (
        {"given_name": "Syed Muhammad Ali"},
        {"given_name": "Ali", "date_of_birth": None},
    ),
    "given name of nothing else; no date": (
        {"given_name": "Muhammad Ahmad"},
        {"given_name": "Ahmad", "date_of_birth": None},
    ),
    "given name after what custom adds; no date": (
        {"given_name": "Thi Mai"},
        {"given_name": "Mai", "date_of_birth": None},
    ),
    "spellings of the names; no date": (
        {"given_name": "Mohammed", "family_name": "Chowdhury"},
        {
            "given_name": "محمد",
            "family_name": "Choudhry",
            "date_of_birth": None,
        },
    ),
    "short form; no date": (
        {"given_name": "William"},
        {"given_name": "Bill", "date_of_birth": None},
    ),
    "preferred name; no date": (
        {},
        {"given_name": "Xiu", "preferred_name": "Amelia", "date_of_birth": None},
    ),
    "part of the family name; no date": (
        {"family_name": "Patel-Khan"},
        {"family_name": "Khan", "date_of_birth": None},
    ),
    "particle of the family name; no date": (
        {"family_name": "Al Rahman"},
        {"family_name": "Alrahman", "date_of_birth": None},
    ),
    "year of birth alone; a slip in the given name": (
        {},
        {
            "given_name": "Ametia",
            "date_of_birth": None,
            "extra": {"date of birth": "2014"},
        },
    ),
    "postcode and given name": (
        {"extra": {"postcode": "B13 9QX"}},
        {
            "family_name": "",
            "date_of_birth": None,
            "extra": {"postcode": "b139qx"},
        },
    ),
    "postcode and family name": (
        {"extra": {"postcode": "B13 9QX"}},
        {"given_name": "", "date_of_birth": None, "extra": {"zip": "b139qx"}},
    ),
    "postcode and house; nothing else is right": (
        {"extra": {"postcode": "B13 9QX", "address": "14 Mill Street"}},
        {
            "given_name": "Zuzanna",
            "family_name": "Novak",
            "date_of_birth": BORN,
            "extra": {"postcode": "b139qx", "address": "14 Mill St"},
        },
    ),
    "house; nothing else is right": (
        {"extra": {"address": "14 Mill Street"}},
        {
            "given_name": "Zuzanna",
            "family_name": "Novak",
            "date_of_birth": BORN,
            "extra": {"address": "14, Mil St"},
        },
    ),
    "national identifier; nothing else is right": (
        {"national_id": "H801200001001"},
        {
            "given_name": "Zuzanna",
            "family_name": "Novak",
            "date_of_birth": BORN,
            "national_id": "h801-200001001",
        },
    ),
    "email; nothing else is right": (
        {"email": "k@example.org"},
        {
            "given_name": "Zuzanna",
            "family_name": "Novak",
            "date_of_birth": BORN,
            "email": " K@Example.org",
        },
    ),
    "earlier transfer; nothing is known": (
        {},
        {
            "given_name": "",
            "family_name": "",
            "date_of_birth": None,
            "provenance": {KHAN.ref},
        },
    ),
}


@pytest.mark.parametrize(("before", "after"), SURVIVORS.values(), ids=SURVIVORS)
def test_each_key_outlives_what_it_is_there_for(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Whatever befell a record, a key of the child is left (MATCH-3).

    And it is looked for, whichever of the two is on the site.
    """
    one = attrs.evolve(KHAN, **before)
    other = there(one, **after)
    assert search_keys(one).all & blocking_keys(other)
    assert search_keys(other).all & blocking_keys(one)


@pytest.mark.parametrize(("before", "after"), SURVIVORS.values(), ids=SURVIVORS)
def test_a_stranger_shares_no_key(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Keys are telling: who has nothing in common is no candidate."""
    stranger = named("Oscar", "Wolf", date_of_birth=date(2011, 7, 30))
    for changes in (before, after):
        one = attrs.evolve(KHAN, **changes)
        assert not search_keys(one).all & blocking_keys(there(stranger))


def test_a_later_word_of_a_given_name_makes_no_key() -> None:
    """Keys are few: of a name that tells children apart the first word is enough."""
    one = named("Amelia Rose", "Khan")
    assert blocking_keys(one) == blocking_keys(named("Amelia", "Khan"))
    called = named("Siti Amelia Rose", "Khan")
    assert blocking_keys(called) == blocking_keys(named("Siti Amelia", "Khan"))


def test_the_only_name_is_a_key_with_the_year_of_birth_too() -> None:
    """MATCH-3: so that a name that many have finds whoever is born in the year.

    Whoever has two names is found by both, and nobody by one of them alone.
    """
    one = named("Suharto", extra={"date of birth": "2014"})
    other = there(one, date_of_birth=date(2014, 11, 17), extra={})
    later = there(one, extra={"date of birth": "2015"})
    assert len(blocking_keys(one) & blocking_keys(other)) == 2
    assert len(blocking_keys(one) & blocking_keys(later)) == 1
    for more in ({"family_name": "Wijaya"}, {"given_name": "Wijaya"}):
        both = there(one, **more)
        assert not blocking_keys(one) & blocking_keys(both)


@pytest.mark.parametrize(
    ("born", "other", "is_found"),
    [
        ("2014-03-05", "2009-11-17", False),
        ("2014-03-05", "2014-11-17", True),  # by the year
        ("2014-03-05", "2009-05-03", True),  # by the day
        ("2014-03-05", "", True),
        ("2014-03-05", "2009", True),
        ("2014-03-05", "2009-11", True),
        ("2014-03-05", "2009-01-01", True),  # which may stand for any day
        ("2014-03-05", "1900-01-01", True),
        ("2014-01-01", "2009-01-01", True),
        ("2014-03", "2009-11", True),
        ("", "", True),
    ],
)
@pytest.mark.parametrize("names", [("Ametia", "Khan"), ("Amelia", "Kmahn")])
def test_one_name_and_an_initial_find_whose_date_may_be_the_same(
    names: tuple[str, str], born: str, other: str, *, is_found: bool
) -> None:
    """MATCH-3: where both dates are known and no part of them is one, a few are."""
    one = named("Amelia", "Khan", extra={"date of birth": born})
    two = there(named(*names, extra={"date of birth": other}))
    for left, right in ((one, two), (two, one)):
        kept = blocking_keys(right)
        assert search_keys(left).all & kept
        assert search_keys(left).are_cut_by(kept) is is_found


def test_postcode_and_date_are_a_key_without_a_name() -> None:
    """A child without names is found by home and birthday (MATCH-3)."""
    home = {"postcode": "B13 9QX"}
    one = attrs.evolve(NOBODY, date_of_birth=KHAN.date_of_birth, extra=home)
    other = there(attrs.evolve(KHAN, extra=home))
    alone = attrs.evolve(one, extra={})
    assert len(blocking_keys(one) & blocking_keys(other)) == 2
    assert len(blocking_keys(alone) & blocking_keys(other)) == 1


def test_two_students_who_came_from_one_record_share_a_key() -> None:
    """A child sent from A to B and to C is found through A (IMP-5)."""
    one = attrs.evolve(there(NOBODY, "2"), provenance={KHAN.ref})
    other = attrs.evolve(there(NOBODY, "3"), provenance={KHAN.ref})
    assert len(blocking_keys(one) & blocking_keys(other)) == 1
    assert set(link_keys(one.refs)) == blocking_keys(one)


def test_a_student_of_whom_nothing_is_known_has_the_key_of_the_record_alone() -> None:
    """Blank values make no keys, so blank records do not meet (MATCH-5)."""
    assert len(blocking_keys(NOBODY)) == 1
    assert not blocking_keys(NOBODY) & blocking_keys(there(NOBODY))


@pytest.mark.parametrize(
    "placeholders",
    [
        {"given_name": "Unknown", "family_name": "N/A"},
        {"given_name": "Baby Okonjo", "family_name": "To be confirmed"},
        {"date_of_birth": date(1900, 1, 1)},
        {"national_id": "WA"},
        {"email": "none"},
        {"extra": {"postcode": "n/a", "address": "unknown"}},
        {"student_id": "1001", "user_name": "x", "gender": "F", "year": "6"},
    ],
)
def test_what_many_have_makes_no_key(placeholders: dict[str, Any]) -> None:
    """Placeholders, local IDs, gender and year find nobody (MATCH-5, MATCH-4)."""
    one = attrs.evolve(NOBODY, **placeholders)
    assert blocking_keys(one) == blocking_keys(NOBODY)


def test_keys_fit_a_column_of_a_database() -> None:
    """A key is a signed number of 64 bits, and there are not too many of them."""
    long = attrs.evolve(
        FULL, family_name=" ".join(["Wolfeschlegel", "Steinhausen"] * 20)
    )
    for student in (FULL, LEAN, long):
        keys = blocking_keys(student)
        assert all(0 <= key < 2**63 for key in keys)
        assert len(keys) <= 60


def test_half_an_emoji_stops_no_import() -> None:
    """What a program has cut in two is a value like any other."""
    broken = attrs.evolve(FULL, key=StudentKey("\ud83d"), email="\ud83dada@example.org")
    assert blocking_keys(broken)


def test_a_storage_finds_an_identifier_by_its_own_key() -> None:
    """The keys of identifier and email can be made of the value alone."""
    keys = keys_of(profile(FULL))
    assert id_key("H801200001001") in keys
    assert email_key("x1001@example.org") in keys


@pytest.mark.parametrize("family_name", ["Murphy", "Ó Murchú", "Uí Mhurchú"])
def test_an_irish_name_is_looked_for_in_each_form(family_name: str) -> None:
    """Neither Ní nor what it changes in the first letter is in its keys (MATCH-1)."""
    daughter = blocking_keys(named("Aoife", "Ní Mhurchú"))
    assert daughter & blocking_keys(named("Aoife", family_name))


def test_keys_do_not_depend_on_the_process() -> None:
    """Another process with another hash seed gives the same scores (PREV-5)."""
    program = (
        "from student_transfer.matching import *\n"
        "from student_transfer.students import Student\n"
        "one = Student(key='1', site_id='a', given_name='Zo\u00eb Anne',"
        " family_name='Ng Khan', preferred_name='Bill', year='6')\n"
        "print(sorted(blocking_keys(one)), sorted(terms(one)))\n"
        "other = Student(key='2', site_id='b', given_name='Zoe', family_name='Khan')\n"
        "print(compare(one, other, Frequencies(900)))\n"
        "print(link([one], [other]))\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert "probability" in outputs.pop()


def test_what_storage_keeps_changes_only_with_the_version() -> None:
    """Changed keys or names data need a new BLOCKING_VERSION, then new digests here."""
    data = files("student_transfer").joinpath("data").iterdir()
    texts = {file.name: file.read_text("utf-8") for file in data}
    read = "".join(texts[name] for name in sorted(texts) if name.endswith(".csv"))
    kept = repr(sorted(blocking_keys(FULL))) + repr(sorted(terms(FULL)))
    digests = [
        blake2b(part.encode(), digest_size=8).hexdigest() for part in (read, kept)
    ]
    assert (BLOCKING_VERSION, *digests) == (10, "123fc652e603af9b", "c483bd6118e728f7")


@pytest.mark.parametrize(
    ("student", "keys"),
    [
        (NOBODY, [1_279_652_563_649_112_135]),
        (
            named("Amelia", "Khan"),
            [
                1_279_652_563_649_112_135,
                2_145_227_189_980_952_304,
                4_917_703_720_198_080_851,
                5_903_243_480_604_863_798,
            ],
        ),
        (
            named("Suharto"),
            [1_279_652_563_649_112_135, 1_455_105_201_214_291_011],
        ),
        (
            attrs.evolve(NOBODY, date_of_birth=date(2014, 3, 5)),
            [1_279_652_563_649_112_135, 2_230_031_173_797_526_428],
        ),
        (
            attrs.evolve(NOBODY, national_id="H801200001001"),
            [630_827_281_582_033_144, 1_279_652_563_649_112_135],
        ),
    ],
    ids=["nobody", "names", "only name", "date", "identifier"],
)
def test_keys_stay_what_they_are(student: Student, keys: list[int]) -> None:
    """What a storage has kept is found again (`BLOCKING_VERSION`)."""
    assert sorted(blocking_keys(student)) == keys


def test_what_a_key_is_made_of_does_not_show_a_name() -> None:
    """PERM-3: consonants of a name are enough to know it by."""
    assert repr(NameSkeletons(("kfr",), "o")) == "NameSkeletons(…)"
