"""How names, dates of birth and years are read before they are compared (MATCH-3).

Everything here turns one text into its normal form, or says how two normal words are
related: another spelling, a short form, two different names. Nothing here weighs.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files

import attrs
from anyascii import anyascii

_APOSTROPHES = str.maketrans("", "", "'`´‘’‛ʻʼʹʾʿ′＇")  # noqa: RUF001 - as rosters have them
_WORD = re.compile(r"[a-z0-9]+")


def normal_words(text: str) -> tuple[str, ...]:
    """Give the words of a name in the form in which names are searched and compared.

    Case, accents, apostrophes, hyphens and other punctuation do not count, and every
    script is written in ASCII letters (MATCH-3). The form of the form is itself.

    >>> normal_words("Zoë O'Brien-DUBOIS")
    ('zoe', 'obrien', 'dubois')
    >>> normal_words("Łukasz"), normal_words("Дмитро"), normal_words("--")
    (('lukasz',), ('dmitro',), ())
    """
    composed = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES))
    ascii_text = anyascii(composed).translate(_APOSTROPHES).lower()
    return tuple(_WORD.findall(ascii_text))


def name_words(text: str) -> tuple[str, ...]:
    """Give the words of a name that tell people apart; none for a placeholder.

    Particles and suffixes are left out wherever another word remains, because rosters
    write them or not: ``de la``, ``van``, ``bin``, ``al-``, ``Jr``.

    >>> name_words("de la Cruz"), name_words("Al"), name_words("Unknown")
    (('cruz',), ('al',), ())
    """
    words = normal_words(text)
    telling = tuple(word for word in words if word not in _lexicon().particles) or words
    return () if _is_placeholder(words) or _is_placeholder(telling) else telling


def _is_placeholder(words: tuple[str, ...]) -> bool:
    """Say whether someone wrote that they do not know: no evidence (MATCH-5)."""
    joined = "".join(words)
    if words == ("n", "a") or joined in _lexicon().placeholders or joined.isdigit():
        return True
    return len(joined) > 1 and len(set(joined)) == 1


_NO_DATES = frozenset(
    {
        date(1970, 1, 1),  # a computer's zero
        date(1980, 1, 1),  # likewise
        date(1111, 11, 11),
    }
)
_FIRST_BIRTH = date(1920, 1, 1)
_LAST_BIRTH = date(2200, 1, 1)


def known_date(born: date | None) -> date | None:
    """Give a date of birth, or None where it stands for "not known" (MATCH-5).

    >>> known_date(date(1900, 1, 1)) is None
    True
    >>> known_date(date(2014, 3, 5))
    datetime.date(2014, 3, 5)
    """
    if born is None or born in _NO_DATES:
        return None
    return born if _FIRST_BIRTH <= born <= _LAST_BIRTH else None


# Years --------------------------------------------------------------------------

_YEAR_WORDS = re.compile(r"^(?:year|yr|y|grade|gr|g|class)?0*(\d{1,2})(?:st|nd|rd|th)?")
_YEAR_TAILS = frozenset({"", "grade", "year"})
_RECEPTION = frozenset(
    {
        "r",
        "reception",
        "yearr",
        "yr",
        "k",
        "kg",
        "kindergarten",
        "gradek",
        "receptionyear",
    }
)
_NURSERY = frozenset(
    {"n", "nursery", "n1", "n2", "pk", "prek", "prekindergarten", "preschool"}
)
_LAST_YEAR = 14


def year_number(text: str) -> int | None:
    """Read a year group, or a US grade, as the number it is given as.

    Reception and kindergarten are 0, nursery and pre-kindergarten -1. What cannot be
    read is None; a year and a grade of one number are not told apart.

    >>> [year_number(t) for t in ("6", "Year 6", "06", "6th grade", "K", "Nursery")]
    [6, 6, 6, 6, 0, -1]
    >>> year_number("Mixed 3/4") is None
    True
    """
    words = normal_words(text)
    joined = "".join(words)
    if joined in _RECEPTION:
        return 0
    if joined in _NURSERY:
        return -1
    found = _YEAR_WORDS.match(joined)
    numbers = sum(any(map(str.isdigit, word)) for word in words)
    if found is None or numbers > 1 or joined[found.end() :] not in _YEAR_TAILS:
        return None
    number = int(found[1])
    return number if number <= _LAST_YEAR else None


def same_year(left: str, right: str) -> bool:
    """Say whether two texts mean one year; blank is no year.

    >>> same_year("Year 6", "06"), same_year("Oak", "oak "), same_year("", "")
    (True, True, False)
    """
    number = year_number(left)
    if number is not None or year_number(right) is not None:
        return number == year_number(right)
    words = normal_words(left)
    return words != () and words == normal_words(right)


# How words are related ------------------------------------------------------------


@attrs.frozen
class _Lexicon:
    """The names of the data files, by normal word."""

    spellings: Mapping[str, str]
    full_names: Mapping[str, frozenset[str]]
    known: frozenset[str]
    particles: frozenset[str]
    placeholders: frozenset[str]


def _lines(file: str) -> list[list[str]]:
    text = files("student_transfer").joinpath("data", file).read_text("utf-8")
    return [line.split(",") for line in text.splitlines() if not line.startswith("#")]


@cache
def _lexicon() -> _Lexicon:
    """Read the data files, at the first question only."""
    spelling_lines, short_lines = _lines("spellings.csv"), _lines("diminutives.csv")
    spellings = {word: line[0] for line in spelling_lines for word in line}
    full_names: dict[str, set[str]] = {}
    for full, *shorts in short_lines:
        for short in shorts:
            full_names.setdefault(short, set()).add(spellings.get(full, full))
    return _Lexicon(
        spellings=spellings,
        full_names={short: frozenset(full) for short, full in full_names.items()},
        known=_words(spelling_lines, short_lines, _lines("given_names.csv")),
        particles=_words(_lines("particles.csv")),
        placeholders=_words(_lines("placeholders.csv")),
    )


def _words(*tables: Iterable[Iterable[str]]) -> frozenset[str]:
    return frozenset(word for table in tables for line in table for word in line)


def spelling(word: str) -> str:
    """Give the spelling that stands for all spellings of a name.

    >>> spelling("mohamed"), spelling("muhammad"), spelling("tove")
    ('muhammad', 'muhammad', 'tove')
    """
    return _lexicon().spellings.get(word, word)


def is_short_form(left: str, right: str) -> bool:
    """Say whether one word is a short or pet form of the other.

    >>> is_short_form("bill", "william"), is_short_form("mohamed", "mo")
    (True, True)
    >>> is_short_form("liz", "beth")
    False
    """
    return spelling(left) in _full_names(right) or spelling(right) in _full_names(left)


def share_full_name(left: str, right: str) -> bool:
    """Say whether both words are short forms of one name.

    >>> share_full_name("liz", "beth"), share_full_name("liz", "bob")
    (True, False)
    """
    return not _full_names(left).isdisjoint(_full_names(right))


def _full_names(word: str) -> frozenset[str]:
    return _lexicon().full_names.get(word, frozenset())


def are_two_names(left: str, right: str) -> bool:
    """Say whether both words are given names of their own, however alike they look.

    >>> are_two_names("jayden", "kayden"), are_two_names("amelia", "amelai")
    (True, False)
    """
    known = _lexicon().known
    if left not in known or right not in known:
        return False
    return spelling(left) != spelling(right) and not is_short_form(left, right)


# How words sound ------------------------------------------------------------------

_SOUNDS = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"ph", "f"),
        (r"sch|sz|sh", "x"),
        (r"tch|cz|ch", "9"),  # a sound of its own that no later line touches
        (r"kh|ck|q|c(?![eiy])", "k"),
        (r"c", "s"),
        (r"(?<=[bdgjkrtwz])h", ""),
        (r"w", "v"),
        (r"(?:ae|ai|ay|ei|ey|ea)(?![aeiouy])", "e"),
        (r"oe|ou|oo|ow|uw", "u"),
        (r"ue", "u"),
        (r"ie", "i"),
        (r"[ey]", "i"),
        (r"o", "u"),
        (r"h$", ""),
        (r"(.)\1+", r"\1"),
    )
)
_VOWELS = re.compile(r"[aeiouyvw]")
_SPOKEN = frozenset("aeiou")


@lru_cache(maxsize=16384)
def sound(word: str) -> str:
    """Give a rough key of how a word sounds; words of one key may be one name.

    Vowels are kept, roughly: without them Hassan would sound like Hussain, and those
    are often brothers.

    >>> sound("sara") == sound("sarah"), sound("husayn") == sound("hussein")
    (True, True)
    >>> sound("hassan") == sound("hussain")
    False
    """
    for pattern, to in _SOUNDS:
        word = pattern.sub(to, word)
    return word


@lru_cache(maxsize=16384)
def skeleton(word: str) -> str:
    """Give the consonants of a name, alike for its spellings; for finding only.

    A first vowel is kept as ``a``. Scripts that do not write vowels agree with it.

    >>> skeleton("mohamed") == skeleton("mhmd"), skeleton("eva"), skeleton("oo")
    (True, 'a', 'a')
    """
    heard = sound(spelling(word))
    if not heard:
        return word
    rest = _VOWELS.sub("", heard[1:])
    first = "a" if heard[0] in "aiu" else heard[0]
    return re.sub(r"(.)\1+", r"\1", first + rest)


def has_no_vowels(word: str) -> bool:
    """Say whether a word has consonants alone, as Arabic and Hebrew are written.

    >>> has_no_vowels("mhmd"), has_no_vowels("ali")
    (True, False)
    """
    return _SPOKEN.isdisjoint(word)
