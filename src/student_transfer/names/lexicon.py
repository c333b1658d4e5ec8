"""The names of the data files, read at the first question (MATCH-3, MATCH-4).

The files hold general knowledge of names and no person. What each is for stands in its
first lines.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

import attrs
from nicknames import NickNamer

Lines = list[list[str]]


def data_lines(file: str) -> Lines:
    """Read the lines of a data file, in their parts; comments and blanks left out."""
    text = files("student_transfer").joinpath("data", file).read_text("utf-8")
    return [
        line.split(",")
        for line in text.splitlines()
        if line and not line.startswith("#")
    ]


@attrs.frozen
class Lexicon:
    """The names of the data files, by normal word.

    Attributes:
        spellings: For each other spelling of a name, the one that stands for all.
        full_names: For each short form, the names it is short for.
        listed_full_names: Those of them that our own files have, likeliest first.
        family_groups: For each family name the romanised names that it may be.
        known: The given names that are often heard.
        particles: Words of names that rosters write or leave out, and suffixes.
        titles: Titles and forms of address.
        placeholders: What is written, without blanks, for "not known".
        customary: Middle names that many of a community have.
        shared: Given names that several children of a family have, before their own,
            each in the spelling that stands for all.
        syllables: Known given names with which names of two syllables begin.
    """

    spellings: Mapping[str, str]
    full_names: Mapping[str, frozenset[str]]
    listed_full_names: Mapping[str, tuple[str, ...]]
    family_groups: Mapping[str, tuple[str, ...]]
    known: frozenset[str]
    particles: frozenset[str]
    titles: frozenset[str]
    placeholders: frozenset[str]
    customary: frozenset[str]
    shared: frozenset[str]
    syllables: frozenset[str]


_Forms = dict[str, set[str]]


@cache
def lexicon() -> Lexicon:
    """Read the data files."""
    given, short_lines = data_lines("spellings.csv"), data_lines("diminutives.csv")
    family = data_lines("family_spellings.csv")
    spellings = {word: line[0] for line in (*given, *family) for word in line}
    short_forms = _forms(short_lines, spellings)
    known = _words(given, short_lines, data_lines("given_names.csv"))
    listed = {short: _likeliest_first(full) for short, full in short_forms.items()}
    _add_package(short_forms, listed, spellings, known)
    return Lexicon(
        spellings=spellings,
        full_names={short: frozenset(full) for short, full in short_forms.items()},
        listed_full_names=listed,
        family_groups=_groups(data_lines("romanisations.csv")),
        known=known,
        particles=_words(data_lines("particles.csv")),
        titles=_words(data_lines("titles.csv")),
        placeholders=_words(data_lines("placeholders.csv")),
        customary=_words(data_lines("customary_middle_names.csv")),
        shared=frozenset(
            spellings.get(word, word)
            for word in _words(data_lines("shared_given_names.csv"))
        ),
        syllables=_words(data_lines("generation_syllables.csv")),
    )


def _words(*tables: Iterable[Iterable[str]]) -> frozenset[str]:
    return frozenset(word for table in tables for line in table for word in line)


def _forms(lines: Lines, spellings: Mapping[str, str]) -> _Forms:
    """Turn lines of a name and its forms around: for each form its names."""
    found = _Forms()
    for full, *forms in lines:
        for form in forms:
            found.setdefault(form, set()).add(spellings.get(full, full))
    return found


def _groups(lines: Lines) -> dict[str, tuple[str, ...]]:
    """Return for each word the first words of the lines that it is on."""
    found = dict[str, tuple[str, ...]]()
    for line in lines:
        for word in line:
            found[word] = (*found.get(word, ()), line[0])
    return found


def _likeliest_first(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=lambda name: (-usual_share("given", name), name)))


def _add_package(
    short_forms: _Forms,
    listed: Mapping[str, tuple[str, ...]],
    spellings: Mapping[str, str],
    known: frozenset[str],
) -> None:
    """Add the short forms of the package `nicknames`, as far as they can be trusted.

    Its data is of genealogists, who look for everybody whom a name might mean. So of
    two names that our own files know, our own files say whether one is short for the
    other (MATCH-4); and pairs of `data/no_short_forms.csv` are left out.
    """
    wrong = {
        frozenset((spellings.get(full, full), spellings.get(no_form, no_form)))
        for full, *others in data_lines("no_short_forms.csv")
        for no_form in others
    }
    for short, full_names in NickNamer().canonical_lookup.items():
        as_full = spellings.get(short, short)
        for written in full_names:
            full = spellings.get(written, written)
            if frozenset((full, as_full)) in wrong or full == as_full:
                continue
            if full in listed.get(short, ()) or as_full in listed.get(written, ()):
                continue  # as listed, or the other way round
            if not (short + written).isalpha():
                continue
            if short in known and (written in known or full in known):
                continue  # our own files would say so
            short_forms.setdefault(short, set()).add(full)


def is_customary(word: str) -> bool:
    """Return whether a middle name is one that many of a community have.

    >>> is_customary("kaur"), is_customary("rose")
    (True, False)
    """
    return word in lexicon().customary


def is_no_value(written: str) -> bool:
    """Return whether a text, without blanks, says that something is not known.

    >>> is_no_value("TBC"), is_no_value("noemail"), is_no_value("smith")
    (True, True, False)
    """
    word = written.lower()
    return word in _NO_VALUES or word in lexicon().placeholders


_NO_VALUES = frozenset(
    {"donotreply", "email", "noemail", "noemailaddress", "nomail", "noreply", "pending"}
)
"""Of what may be anything, and is no name of a child."""


def is_known_name(word: str) -> bool:
    """Return whether a word is a given name that is often heard.

    >>> is_known_name("amelia"), is_known_name("amelai")
    (True, False)
    """
    return word in lexicon().known


# How common names are -------------------------------------------------------------

Field = Literal["given", "middle", "family"]

_OTHER_NAME: Mapping[Field, float] = MappingProxyType(
    {"given": 0.0006, "middle": 0.0008, "family": 0.0005}
)
"""The share of a name that is not listed. Most are rarer: this errs on the side on
which a name tells less than it could."""


@cache
def _shares() -> Mapping[str, Mapping[str, float]]:
    """Read the file of shares: ``field share: words``, a word in one class a field."""
    text = files("student_transfer").joinpath("data", "name_shares.csv")
    found: dict[str, dict[str, float]] = {field: {} for field in _OTHER_NAME}
    for line in text.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            label, _, words = line.partition(":")
            field, share = label.split()
            found[field].update(dict.fromkeys(words.split(), float(share)))
    return found


def usual_share(field: Field, word: str) -> float:
    """Return the usual share of children of a mixed English-speaking city with a name.

    It is a rounded class, for a site that is too small to count on, and errs on the
    side of the commoner name (MATCH-5).

    Args:
        field: Which name.
        word: The name as one normal word.

    >>> usual_share("family", "smith"), usual_share("family", "quackenbush")
    (0.01, 0.0005)
    """
    listed, other = usual_shares(field)
    return listed.get(word, other)


def usual_shares(field: Field) -> tuple[Mapping[str, float], float]:
    """Return `usual_share` of all names that are listed, and that of any other."""
    return _shares()[field], _OTHER_NAME[field]
