"""Unit tests of how names, dates of birth and years are read."""

from datetime import date

import pytest

from student_transfer.names import (
    are_two_names,
    has_no_vowels,
    is_short_form,
    known_date,
    name_words,
    normal_words,
    same_year,
    share_full_name,
    skeleton,
    sound,
    spelling,
    year_number,
)


@pytest.mark.parametrize(
    ("written", "otherwise"),
    [
        ("Amelia", "AMELIA"),
        ("Siân", "Sian"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("O'Brien", "O\u2019Brien"),
        ("O`Brien", "OBrien"),
        ("Anne-Marie", "anne marie"),
        ("Łukasz", "LUKASZ"),
        ("Ｎｏａｈ", "noah"),  # noqa: RUF001 - full-width letters are the case
        ("Đặng", "Dang"),
        ("Straße", "STRASSE"),
        ("  Jack  ", "Jack"),
        ("李娜", "Lina"),
        ("Наталья", "Natalya"),
    ],
)
def test_two_ways_to_write_a_name_have_one_normal_form(
    written: str, otherwise: str
) -> None:
    """Case, accents, apostrophes, hyphens and scripts do not count (MATCH-3)."""
    assert normal_words(written) == normal_words(otherwise) != ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("de la Cruz", ("cruz",)),
        ("van der Berg", ("berg",)),
        ("al-Hassan", ("hassan",)),
        ("bin Omar", ("omar",)),
        ("Smith Jr.", ("smith",)),
        ("Le", ("le",)),
        ("McDonald", ("mcdonald",)),
        ("Ben James", ("ben", "james")),
    ],
)
def test_particles_are_left_out_where_a_word_remains(
    text: str, words: tuple[str, ...]
) -> None:
    """A particle that rosters write or not tells nobody apart (MATCH-3)."""
    assert name_words(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "?",
        "N/A",
        "n/a",
        "Unknown",
        "Not known",
        "xxx",
        "TEST",
        "12345",
        "FNU",
        "0 y",
    ],
)
def test_placeholders_are_no_names(text: str) -> None:
    """What stands for "not known" is no evidence (MATCH-5)."""
    assert name_words(text) == ()


@pytest.mark.parametrize("name", ["Na", "Bo", "X", "Noa", "Tess", "Testa"])
def test_short_and_odd_names_are_names(name: str) -> None:
    """A name that only looks like a placeholder stays a name."""
    assert name_words(name)


@pytest.mark.parametrize(
    "born",
    [
        None,
        date(1900, 1, 1),
        date(1970, 1, 1),
        date(1, 1, 1),
        date(9999, 12, 31),
        date(1111, 11, 11),
    ],
)
def test_dates_that_stand_for_not_known_are_none(born: date | None) -> None:
    """A placeholder date is no evidence (MATCH-5)."""
    assert known_date(born) is None


def test_a_real_date_is_kept() -> None:
    """A child's date of birth is known, on the first of January too."""
    assert known_date(date(2014, 1, 1)) == date(2014, 1, 1)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("6", 6),
        ("06", 6),
        ("Year 6", 6),
        ("Yr6", 6),
        ("y 10", 10),
        ("Grade 5", 5),
        ("5th", 5),
        ("5th grade", 5),
        ("1st Grade", 1),
        ("G12", 12),
        ("0", 0),
        ("R", 0),
        ("Reception", 0),
        ("KG", 0),
        ("Kindergarten", 0),
        ("Nursery", -1),
        ("PK", -1),
        ("Pre-K", -1),
        ("", None),
        ("Oak class", None),
        ("2014", None),
        ("99", None),
        ("1-2", None),
        ("Mixed 3/4", None),
        ("6 Maple", None),
    ],
)
def test_years_are_read_as_numbers(text: str, number: int | None) -> None:
    """A year is read in every usual wording, and not guessed where it is unclear."""
    assert year_number(text) == number


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("Year 6", "6", True),
        ("Reception", "KG", True),
        ("6", "7", False),
        ("Oak", "OAK", True),
        ("Oak", "Elm", False),
        ("Oak", "6", False),
        ("6", "Oak", False),
        ("", "", False),
    ],
)
def test_same_year_reads_both_texts(left: str, right: str, *, same: bool) -> None:
    """Two wordings of one year are one year; two blanks are none (CODE-1)."""
    assert same_year(left, right) is same


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("mohammed", "muhamad"),
        ("hussain", "hussein"),
        ("chowdhury", "choudhry"),
        ("katarzyna", "catherine"),
        ("stephen", "steven"),
    ],
)
def test_spellings_of_a_name_have_one_that_stands_for_them(
    left: str, right: str
) -> None:
    """Romanisations and old spellings of a name are one name (MATCH-3)."""
    assert spelling(left) == spelling(right)


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("bill", "william"),
        ("paddy", "patrick"),
        ("kasia", "katarzyna"),
        ("pepe", "jose"),
        ("mo", "mohamud"),
        ("jas", "jaspreet"),
    ],
)
def test_short_forms_are_known_both_ways(short: str, full: str) -> None:
    """A pet form is found whichever record has it (MATCH-3)."""
    assert is_short_form(short, full)
    assert is_short_form(full, short)


def test_two_short_forms_of_a_name_are_not_short_forms_of_each_other() -> None:
    """Liz and Beth may be two girls, though both are Elizabeth (MATCH-4)."""
    assert share_full_name("liz", "beth")
    assert not is_short_form("liz", "beth")


@pytest.mark.parametrize(
    ("left", "right"),
    [("jayden", "kayden"), ("hassan", "hussain"), ("ella", "emma"), ("mia", "tia")],
)
def test_names_that_twins_bear_are_two_names(left: str, right: str) -> None:
    """Two known names are not taken for a typing error (MATCH-4)."""
    assert are_two_names(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [("amelia", "amelai"), ("ahmed", "ahmad"), ("tom", "thomas")],
)
def test_a_slip_a_spelling_and_a_short_form_are_not_two_names(
    left: str, right: str
) -> None:
    """What is one name written twice is not taken for two names (MATCH-3)."""
    assert not are_two_names(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("philippa", "filipa"),
        ("zainab", "zeynab"),
        ("schroder", "shroder"),
        ("kowalczyk", "kovalchik"),
        ("mueller", "muller"),
    ],
)
def test_spellings_that_nobody_listed_sound_alike(left: str, right: str) -> None:
    """The sound finds transliterations that no list has (MATCH-3)."""
    assert sound(left) == sound(right)


def test_brothers_names_do_not_sound_alike() -> None:
    """Vowels count in the sound: Hassan is not Hussain (MATCH-4)."""
    assert sound("hassan") != sound("hussain")


def test_a_script_without_vowels_has_the_skeleton_of_the_name() -> None:
    """Arabic and Hebrew, transliterated, agree with the Latin spelling (MATCH-3)."""
    arabic = normal_words("محمد")[0]
    assert has_no_vowels(arabic)
    assert skeleton(arabic) == skeleton("mohammed")


def test_a_word_without_a_sound_keeps_its_letters() -> None:
    """Even a name of silent letters can be found: no skeleton is blank."""
    assert skeleton("h") == "h"
