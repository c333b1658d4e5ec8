"""What of a student finds and weighs candidates: profile, blocking keys, terms.

Storage keeps `blocking_keys` and `terms` with each student. Both depend on nothing but
the student and this version: no process, no hash seed, no order. A change of what they
give for anybody, be it through a data file of names, counts `BLOCKING_VERSION` up, so
that storage knows to compute them again.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import blake2b
from itertools import product

import attrs

from student_transfer.names import (
    known_date,
    name_words,
    normal_words,
    skeleton,
    year_number,
)
from student_transfer.students import Student, StudentRef, identifier_key

BLOCKING_VERSION = 1
"""Counts the changes of what `blocking_keys` and `terms` give."""

BlockingKey = str
"""A short ASCII text that students share who may be one child."""

Term = tuple[str, str]
"""A field and a normal form; how many students have it says how rare it is."""


@attrs.frozen(repr=False)
class Name:
    """A name in its telling words; false when there is none."""

    words: tuple[str, ...]
    joined: str

    @classmethod
    def of(cls, text: str) -> "Name":
        """Read a name as a roster writes it."""
        words = name_words(text)
        return cls(words, "".join(words))

    def __bool__(self) -> bool:
        """Say whether there is a name."""
        return bool(self.joined)


@attrs.frozen(repr=False, kw_only=True)
class Profile:
    """A student in normal form: made once, compared many times. No placeholders."""

    ref: StudentRef
    links: frozenset[StudentRef]
    given: Name
    middle: Name
    family: Name
    preferred: Name
    born: date | None
    gender: str
    year: int | None
    national_id: str
    student_id: str
    user_name: str
    email: str


def profile(student: Student) -> Profile:
    """Bring a student into the form in which students are compared."""
    return Profile(
        ref=student.ref,
        links=student.provenance | {student.ref},
        given=Name.of(student.given_name),
        middle=Name.of(student.middle_name),
        family=Name.of(student.family_name),
        preferred=Name.of(student.preferred_name),
        born=known_date(student.date_of_birth),
        gender=_GENDERS.get("".join(normal_words(student.gender)), ""),
        year=year_number(student.year),
        national_id=national_id(student.national_id),
        student_id=_local_id(student.student_id),
        user_name=_local_id(student.user_name),
        email=_email(student.email),
    )


_GENDERS = {
    **dict.fromkeys(("f", "female", "girl", "woman", "w", "2"), "f"),
    **dict.fromkeys(("m", "male", "boy", "man", "1"), "m"),
}
"""Anything else, "X" and "other" too, speaks neither for nor against (MATCH-5)."""

_ID_LENGTH, _ID_DIGITS, _ID_SYMBOLS = 6, 4, 3


def national_id(text: str) -> str:
    """Give a national identifier in normal form; blank where it cannot be one.

    Real files hold the name of the state, or ``999999``, in that column for everyone.

    >>> national_id(" h801-2000-01001 "), national_id("WA"), national_id("0000000")
    ('H801200001001', '', '')
    """
    symbols = "".join(normal_words(text)).upper()
    digits = sum(map(str.isdigit, symbols))
    enough = len(symbols) >= _ID_LENGTH and digits >= _ID_DIGITS
    return symbols if enough and len(set(symbols)) >= _ID_SYMBOLS else ""


_UPN = re.compile(r"[A-HJ-NP-RT-Z]\d{11}[\dA-HJ-NP-RT-Z]")
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def is_upn(symbols: str) -> bool:
    """Say whether this is an English unique pupil number with the right check letter.

    >>> is_upn("H801200001001"), is_upn("A801200001001")
    (True, False)
    """
    if not _UPN.fullmatch(symbols):
        return False
    values = [int(s) if s.isdigit() else _UPN_LETTERS.index(s) for s in symbols[1:]]
    total = sum(place * value for place, value in enumerate(values, start=2))
    return _UPN_LETTERS[total % len(_UPN_LETTERS)] == symbols[0]


def _local_id(text: str) -> str:
    """Give an identifier of the site; blank for a placeholder such as ``N/A``."""
    if not name_words(text) and not re.search(r"[1-9]", text):
        return ""
    return identifier_key(text).lstrip("0")


def _email(text: str) -> str:
    return identifier_key(text) if re.search(r"\w@\w", text) else ""


def terms(student: Student) -> frozenset[Term]:
    """Give the values of a student whose rarity counts (MATCH-5).

    >>> student = Student(key="1", site_id="a", given_name="Zoë", family_name="Khan")
    >>> sorted(terms(student))
    [('family', 'khan'), ('given', 'zoe')]
    """
    normal = profile(student)
    found = (
        ("given", normal.given.joined),
        ("given", normal.preferred.joined),
        ("middle", normal.middle.joined),
        ("family", normal.family.joined),
        ("national_id", normal.national_id),
    )
    return frozenset(term for term in found if term[1])


_USUAL_SHARE = 0.005
_SMOOTHING = 200


@attrs.frozen
class Frequencies:
    """How common values are on the destination site (MATCH-5).

    Attributes:
        size: How many students the site has.
        counts: How many of them have each term; a term left out counts 0.
    """

    size: int = attrs.field(validator=attrs.validators.ge(0))
    counts: Mapping[Term, int] = attrs.field(factory=dict, repr=False)

    def share(self, term: Term) -> float:
        """Estimate the share of students who have the term, in (0, 1].

        A share counted on few students is drawn towards a usual one, 1 in 200, as if
        200 students more had been counted: on a small site nothing looks rare.

        >>> Frequencies(0).share(("given", "zoe"))
        0.005
        >>> Frequencies(1800, {("given", "zoe"): 19}).share(("given", "zoe"))
        0.01
        """
        count = self.counts.get(term, 0) + _SMOOTHING * _USUAL_SHARE
        return min(1.0, count / (self.size + _SMOOTHING))


def blocking_keys(student: Student) -> frozenset[BlockingKey]:
    """Give the keys of a student: who shares one may be the same child (MATCH-3).

    Each begins with its purpose, the corruptions of MATCH-3 that it outlives:

    - ``fb`` family name and birth: whatever befell the given name.
    - ``gb`` given name and birth: whatever befell the family name.
    - ``nn`` both names, in either order: whatever befell the date, and a swap.
    - ``fi`` family name and first letter: as ``fb``, on sites without dates of birth.
    - ``gi`` given name and first letter: as ``gb``, on sites without dates of birth.
    - ``id`` national identifier: whatever befell names and date together.
    - ``em`` email, likewise.
    - ``rf`` the same record, here or before a transfer (IMP-5).

    >>> amelia = Student(key="1", site_id="a", given_name="Amelia", family_name="Khan")
    >>> sorted(key[:2] for key in blocking_keys(amelia))
    ['fi', 'gi', 'nn', 'rf']
    """
    normal = profile(student)
    return frozenset(_key(purpose, parts) for purpose, parts in _parts(normal))


def _key(purpose: str, parts: tuple[str, ...]) -> BlockingKey:
    """Make one key: as short for a long name as for a short one, and no name in it."""
    digest = blake2b("\0".join(parts).encode(), digest_size=9).hexdigest()
    return f"{purpose}:{digest}"


def _parts(normal: Profile) -> Iterable[tuple[str, tuple[str, ...]]]:
    given = _first_words((normal.given, normal.preferred))
    family = _any_words(normal.family)
    if normal.born:
        born = normal.born.isoformat()
        yield from (("fb", (name, born)) for name in family)
        yield from (("gb", (name, born)) for name in given)
    for one, other in product(given, family):
        yield "nn", tuple(sorted((one, other)))
        yield "fi", (other, one[0])
        yield "gi", (one, other[0])
    if normal.national_id:
        yield "id", (normal.national_id,)
    if normal.email:
        yield "em", (normal.email,)
    for link in normal.links:
        yield "rf", (link.site_id, link.key)


def _first_words(names: Iterable[Name]) -> set[str]:
    """Take of each given name the first word: the later ones are left out most."""
    return {skeleton(name.words[0]) for name in names if name}


_PARTS_OF_A_NAME = 3


def _any_words(name: Name) -> set[str]:
    """Take a family name as a whole and by its words: each may stand alone."""
    words = {name.joined, *name.words[:_PARTS_OF_A_NAME]}
    return {skeleton(word) for word in words if word}
