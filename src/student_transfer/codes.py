"""Transfer codes: their shape, their check symbol and their life.

A code is 24 random symbols of Crockford's Base32 (120 bits) and one check symbol,
shown as five groups of five. Since 120 bits are more than the 112 from which on NIST
SP 800-63B allows a plain one-way hash, only a SHA-256 digest of the code is kept.

The check symbol makes the weighted sum of all 25 symbols zero in the field of 32
elements. Each place has a weight of its own, and none is zero. One wrong symbol
changes the sum by weight times difference; exchanging two symbols changes it by the
difference of their weights times their own difference. A field has no divisors of
zero, so neither can go unnoticed (CODE-9).

What people do to a code on its way is forgiven: case, blanks, line breaks, dashes of
every kind and invisible characters; O reads as 0, I and L as 1.

No function here knows the time or draws a random number: both come in as arguments.
"""

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import Any, NewType, NoReturn

import attrs

from student_transfer.crockford import VALUES, encode, fives
from student_transfer.errors import (
    ClaimedCodeError,
    CodeRefusedError,
    ExpiredCodeError,
    IllegalTransitionError,
    MalformedCodeError,
    MistypedCodeError,
    RevokedCodeError,
    SameSiteCodeError,
    UnknownCodeError,
    UsedCodeError,
    wrong_type,
)
from student_transfer.field_types import check_argument
from student_transfer.ids import ImportId
from student_transfer.instants import elapsed, to_utc
from student_transfer.names import same_year
from student_transfer.permissions import ActorId
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import Student, StudentKey

RANDOM_BYTES = 15
"""How many bytes of secure randomness a code is made from; they are 120 bits."""

LIFETIME = timedelta(days=30)
"""How long after being generated a code can be used (CODE-5)."""

_LENGTH = 25
_GROUP = 5
_LONGEST_ENTRY = 1000  # characters; nobody means more as one code
# Dashes (Pd), blanks (Z*), control and format characters (Cc, Cf) ...
_IGNORED_CATEGORIES = {"Pd", "Zs", "Zl", "Zp", "Cf", "Cc"}
# ... the dashes outside Pd (swung, superscript, subscript, minus, hyphen bullet), and
# what shows as nothing: the grapheme joiner, fillers, inherent vowels, the blank of
# Braille and the variation selectors.
_IGNORED = frozenset("\u2053\u207b\u208b\u2212\u2043").union(
    "\u034f\u115f\u1160\u3164\uffa0\u17b4\u17b5\u2800",
    map(chr, range(0xFE00, 0xFE10)),
    map(chr, range(0x180B, 0x1810)),
    map(chr, range(0xE0100, 0xE01F0)),
)

# A clock that is wrong may be there.
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

CodeId = NewType("CodeId", str)
"""Names a code; unique across all sites. It tells nothing of the code itself."""

CodeDigest = NewType("CodeDigest", str)
"""The digest by which a code is found; see `TransferCode.digest`."""


def _double(element: int) -> int:
    """Multiply an element of GF(32) by x, modulo x^5 + x^2 + 1."""
    doubled = element << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled


def _powers() -> tuple[int, ...]:
    """Return the weights: x^0 to x^24, all different since x has order 31."""
    weights = [1]
    while len(weights) < _LENGTH:
        weights.append(_double(weights[-1]))
    return tuple(weights)


def _multiply(left: int, right: int) -> int:
    """Multiply two elements of GF(32)."""
    product = 0
    while right:
        if right & 1:
            product ^= left
        left, right = _double(left), right >> 1
    return product


# The check symbol comes last and weighs 1, so it is the sum of the others.
_WEIGHTS = _powers()[::-1]


def _checksum(values: list[int]) -> int:
    """Sum value times weight; zero for the 25 symbols of a right code."""
    total = 0
    for value, weight in zip(values, _WEIGHTS, strict=False):
        total ^= _multiply(value, weight)
    return total


class TransferCode:
    """A transfer code in clear. Shown once to the person, never kept (CODE-10).

    ``str()`` and ``repr()`` hide the symbols; `reveal` gives them. A code can be
    neither pickled nor copied, so that no cache, queue or dump keeps it.
    """

    __slots__ = ("_symbols",)

    def __init__(self, symbols: str) -> None:
        """Take 25 canonical symbols; `parse` and `generate` make them."""
        self._symbols = symbols

    @classmethod
    def generate(cls, randomness: bytes) -> "TransferCode":
        """Make a code from 15 bytes of a cryptographically secure source (CODE-9).

        >>> TransferCode.generate(bytes(range(15))).reveal()
        '000G4-0R40M-30E20-9185G-R38ED'

        Raises:
            ValueError: The randomness is not exactly `RANDOM_BYTES` long.
        """
        if len(randomness) != RANDOM_BYTES:
            raise ValueError(f"a code is made from {RANDOM_BYTES} random bytes")
        number = int.from_bytes(randomness, "big")
        values = fives(number, _LENGTH - 1)
        return cls(encode([*values, _checksum(values)]))

    @classmethod
    def parse(cls, entered: str) -> "TransferCode":
        r"""Read what a person typed or pasted (CODE-9).

        >>> same = TransferCode.parse(" ooog4\u20130r4om 3oe20\n9l85g-r38ed ")
        >>> same == TransferCode.generate(bytes(range(15)))
        True

        Raises:
            MalformedCodeError: It does not have the shape of a code.
            MistypedCodeError: The check symbol does not fit.
            TypeError: It is no text; it is not quoted.
        """
        check_argument("entered", entered, str)
        if len(entered) > _LONGEST_ENTRY:
            raise MalformedCodeError
        values = []
        for character in entered:
            value = VALUES.get(character)
            if value is not None:
                values.append(value)
            elif not _ignored(character):
                raise MalformedCodeError
        if len(values) != _LENGTH:
            raise MalformedCodeError
        if _checksum(values):
            raise MistypedCodeError
        return cls(encode(values))

    def reveal(self) -> str:
        """Return the code in clear, in five groups of five: the one showing of it."""
        starts = range(0, _LENGTH, _GROUP)
        return "-".join(self._symbols[start : start + _GROUP] for start in starts)

    @property
    def digest(self) -> CodeDigest:
        """The SHA-256 of the 25 symbols in hexadecimal, which is all that is stored."""
        return CodeDigest(hashlib.sha256(self._symbols.encode("ascii")).hexdigest())

    def __eq__(self, other: object) -> bool:
        """Compare two codes in clear."""
        if not isinstance(other, TransferCode):
            return NotImplemented
        return self._symbols == other._symbols

    def __hash__(self) -> int:
        """Hash like the symbols."""
        return hash(self._symbols)

    def __repr__(self) -> str:
        """Hide the symbols."""
        return "<TransferCode *****>"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied (CODE-10)."""
        raise TypeError("a transfer code cannot be pickled or copied; keep its digest")


def _ignored(character: str) -> bool:
    """Return whether a character in an entered code means nothing."""
    category = unicodedata.category(character)
    return category in _IGNORED_CATEGORIES or character in _IGNORED


class CodeState(Enum):
    """Where a code is in its life. Whether it has expired, the clock tells."""

    AVAILABLE = "available"
    CLAIMED = "claimed"
    USED = "used"
    REVOKED = "revoked"


class CodeStatus(Enum):
    """What a person is told of a code: its state, or that it has expired unused."""

    AVAILABLE = "available"
    CLAIMED = "claimed"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"


class CodeEvent(Enum):
    """What can happen to a code."""

    CLAIM = "claim"
    USE = "use"
    RELEASE = "release"
    REVOKE = "revoke"


TRANSITIONS: Mapping[tuple[CodeState, CodeEvent], CodeState] = MappingProxyType(
    {
        (CodeState.AVAILABLE, CodeEvent.CLAIM): CodeState.CLAIMED,  # CODE-4, CODE-7
        (CodeState.AVAILABLE, CodeEvent.REVOKE): CodeState.REVOKED,  # CODE-8
        (CodeState.CLAIMED, CodeEvent.USE): CodeState.USED,  # CODE-4
        (CodeState.CLAIMED, CodeEvent.RELEASE): CodeState.AVAILABLE,  # CODE-4
        (CodeState.CLAIMED, CodeEvent.REVOKE): CodeState.REVOKED,  # CODE-8
    }
)
"""The whole life of a code; what is not in the table cannot happen."""

_SPENT = frozenset({CodeState.USED, CodeState.REVOKED})  # nothing can happen any more


def _text(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
    if not isinstance(value, str):
        raise wrong_type(f"{field.name} of a scope must be a text", value)


@attrs.frozen
class YearScope:
    """A whole year of one school (CODE-1)."""

    school_id: SchoolId = attrs.field(validator=_text)
    year: str = attrs.field(validator=_text)

    @property
    def number(self) -> str:
        """The year's number; blank where the year has a name instead."""
        year = self.year.strip()
        return year if year.isdecimal() else ""

    @property
    def label(self) -> str:
        """The year as it is named in lists (DONE-1).

        >>> YearScope("oak", "6").label, YearScope("oak", "Reception").label
        ('Year 6', 'Reception')
        """
        return f"Year {self.number}" if self.number else self.year.strip()


@attrs.frozen
class StudentScope:
    """One student, enrolled in one school (CODE-1)."""

    school_id: SchoolId = attrs.field(validator=_text)
    student: StudentKey = attrs.field(validator=_text)


Scope = YearScope | StudentScope


def in_scope(enrolled: Iterable[Student], scope: Scope) -> tuple[StudentKey, ...]:
    """Return who is in a scope, by key and each once (CODE-2, CODE-3).

    Args:
        enrolled: The students who are enrolled in the school of the scope now.
        scope: One of them, or those of a year, however it is written.
    """
    if isinstance(scope, YearScope):
        inside = [s.key for s in enrolled if same_year(s.year, scope.year)]
    else:
        inside = [s.key for s in enrolled if s.key == scope.student]
    return tuple(sorted(set(inside)))


@attrs.frozen(kw_only=True)
class IssuedCode:
    """What is kept of a transfer code: never the code itself (CODE-10).

    Attributes:
        id: Names the code, in lists and for revoking it; unique across all sites.
        digest: The SHA-256 digest of the code.
        site_id: The source site, which generated it.
        scope: One student or a year.
        students: Who is in the scope, fixed when it was generated (CODE-3).
        generated_at: When it was generated, in UTC.
        generated_by: Who generated it.
        state: Where it is in its life.
        holder: The import that claimed or used it.
        seen: What tells each of the students from another child, as it was when the
            code was generated; see `student_transfer.identity.known_by`. A code for a
            year forgets it once it is used or revoked, or has expired (`kept_at`); one
            for one student keeps it, so that lists name no other child. A code from
            before this was kept has none.
    """

    id: CodeId
    digest: CodeDigest = attrs.field(repr=False)
    site_id: SiteId
    scope: Scope
    students: tuple[StudentKey, ...] = attrs.field(repr=False)
    generated_at: datetime
    generated_by: ActorId
    state: CodeState = CodeState.AVAILABLE
    holder: ImportId | None = None
    seen: tuple[Student, ...] = attrs.field(default=(), repr=False)

    @property
    def expires_at(self) -> datetime:
        """The last instant at which the code can be entered, in UTC (CODE-5).

        Raises:
            ValueError: The time at which it was generated is not aware.
        """
        return min(to_utc(self.generated_at), _LAST - LIFETIME) + LIFETIME

    def expired(self, now: datetime) -> bool:
        """Return whether the code is too old to be entered (CODE-5).

        Raises:
            ValueError: One of the two times is not aware.
        """
        return elapsed(self.generated_at, now) > LIFETIME

    def lapsed(self, now: datetime) -> bool:
        """Return whether the code has expired unused: no import holds or has used it.

        Raises:
            ValueError: One of the two times is not aware.
        """
        return self.state is CodeState.AVAILABLE and self.expired(now)

    def status(self, now: datetime) -> CodeStatus:
        """Return what a person is told of the code at an instant (CODE-5, CODE-8).

        Raises:
            ValueError: The instant, or when it was generated, is not aware.
        """
        return CodeStatus.EXPIRED if self.lapsed(now) else CodeStatus(self.state.value)

    def kept_at(self, now: datetime) -> "IssuedCode":
        """Return what is to be kept of the code at an instant.

        A code for a year that has expired unused forgets all of its students but their
        keys, as one that is used or revoked does (CODE-3).

        Raises:
            ValueError: The instant, or when it was generated, is not aware.
        """
        return _forgetting(self) if self.lapsed(now) else self

    def allows(self, event: CodeEvent) -> bool:
        """Return whether the event can happen in this state."""
        return (self.state, event) in TRANSITIONS

    def check(self, event: CodeEvent) -> None:
        """Refuse an event that cannot happen in this state.

        Raises:
            IllegalTransitionError: It cannot.
        """
        if not self.allows(event):
            done = _PARTICIPLES[event]
            more = "already" if self.state.value == done else f"and cannot be {done}"
            raise IllegalTransitionError(
                f"This transfer code is {self.state.value} {more}.",
                advice="Look at the list of transfer codes.",
                rule="CODE-8" if event is CodeEvent.REVOKE else "CODE-4",
            )

    def after(self, event: CodeEvent, holder: ImportId | None = None) -> "IssuedCode":
        """Return the code as it is after the event.

        A code for a year that is used or revoked forgets all of its students but their
        keys: nothing asks for more any longer (CODE-3).

        Raises:
            IllegalTransitionError: The event cannot happen in this state.
        """
        self.check(event)
        state = TRANSITIONS[self.state, event]
        released = event is CodeEvent.RELEASE
        moved = attrs.evolve(
            self, state=state, holder=None if released else holder or self.holder
        )
        return _forgetting(moved) if state in _SPENT else moved


def _forgetting(code: IssuedCode) -> IssuedCode:
    """Return a code; one for a year without what tells its children apart."""
    of_year = isinstance(code.scope, YearScope)
    return attrs.evolve(code, seen=()) if of_year else code


_PARTICIPLES = {
    CodeEvent.CLAIM: "claimed",
    CodeEvent.USE: "used",
    CodeEvent.RELEASE: "released",
    CodeEvent.REVOKE: "revoked",
}


def expired_before(now: datetime) -> datetime:
    """Return the instant before which a code was generated that has expired (CODE-5).

    Raises:
        ValueError: The time is not aware.
    """
    return max(to_utc(now), _FIRST + LIFETIME) - LIFETIME


def check_entered(
    code: IssuedCode | None, *, entered_on: SiteId, now: datetime
) -> IssuedCode:
    """Return the code that was entered on a site, if it can be used there.

    The order of the checks is that of CODE-11, after malformed and mistyped, which
    `TransferCode.parse` finds.

    Raises:
        CodeRefusedError: One of its kinds from unknown to expired.
    """
    if code is None:
        raise UnknownCodeError
    refusals: tuple[tuple[bool, type[CodeRefusedError]], ...] = (
        (code.state is CodeState.REVOKED, RevokedCodeError),
        (code.site_id == entered_on, SameSiteCodeError),
        (code.state is CodeState.USED, UsedCodeError),
        (code.state is CodeState.CLAIMED, ClaimedCodeError),
        (code.expired(now), ExpiredCodeError),
    )
    for refused, error in refusals:
        if refused:
            raise error
    return code
