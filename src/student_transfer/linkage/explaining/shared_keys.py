"""Which blocking keys two students share, by what the keys are made of (PREV-6).

No key and no value is told, only how many there are.
"""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

import attrs

from student_transfer.linkage.blocking.key_parts import (
    ONLY_NAME,
    UNDATED,
    BirthParts,
    initials_part,
    key_parts,
)
from student_transfer.linkage.blocking.keys import (
    MARKS,
    BlockingKey,
    are_one_name,
    email_key,
    id_key,
    link_keys,
    mark_of,
)
from student_transfer.linkage.profiles.profile import Profile

_UNBORN = BirthParts(0, 0, 0, UNDATED)


def key_purposes(
    one: Profile, *, are_sought: bool = False
) -> Mapping[str, frozenset[BlockingKey]]:
    """Return a student's blocking keys by what they are made of; together `keys_of`.

    Args:
        one: The student.
        are_sought: Whether those are meant that are looked for; see `SearchKeys`.

    >>> from student_transfer.linkage.profiles.profile import profile
    >>> from student_transfer.students import Student
    >>> ada = Student(key="1", site_id="a", given_name="Ada", family_name="Byron")
    >>> [purpose for purpose, keys in key_purposes(profile(ada)).items() if keys][:2]
    ['both names', 'family name and initial']
    """
    made = key_parts(one)
    given, family, born = made.given, made.family, made.born or _UNBORN
    date, initials = "date of birth", initials_part(given, family)
    marks = MARKS if are_sought else (mark_of(born),)
    found = {
        "both names": _sums(given.either, family.either),
        f"initials and {date}": _sums([initials], [born.whole]),
    }
    for name, own, initial in (
        ("family name", family.own, given.initial),
        ("given name", given.own, family.initial),
    ):
        first = _sums([initial], [born.year])
        found[f"{name} and {date}"] = _sums(own, [born.whole])
        found[f"{name} and day of the year"] = _sums(own, [born.day])
        found[f"{name}, initial and year of birth"] = _sums(own, first)
        found[f"{name} and initial"] = _sums(own, _sums([initial], marks))
    names = *given.either, *family.either
    only = [ONLY_NAME] if are_one_name(given, family) else []
    found["only name and year of birth"] = _sums(_sums(only, names), [born.year])
    found["only name"] = _sums(only, names)
    home = [made.home] if made.home else []
    found |= {
        date: frozenset([born.whole] if born.whole else ()),
        "postcode and a name": _sums(home, (*given.own, *family.own)),
        "postcode and house": _sums(home, [made.house]),
        f"postcode and {date}": _sums(home, [born.whole]),
        "house number and street": frozenset([made.house] if made.house else ()),
        **_own_purposes(one),
    }
    return MappingProxyType(found)


def _sums(parts: Iterable[int], others: Iterable[int]) -> frozenset[BlockingKey]:
    """Make keys of each part with each other; a part that is not known is 0."""
    with_ = [other for other in others if other]
    return frozenset(part + other for part in parts if part for other in with_)


def _own_purposes(one: Profile) -> dict[str, frozenset[BlockingKey]]:
    return {
        "national ID": frozenset([id_key(one.national_id)] if one.national_id else ()),
        "email": frozenset([email_key(one.email)] if one.email else ()),
        "earlier transfer": frozenset(link_keys(one.links)),
    }


@attrs.frozen
class KeyCount:
    """How many blocking keys of one purpose two students have.

    Attributes:
        purpose: What the keys are made of.
        incoming: How many are looked for, for the incoming student.
        existing: How many the student of the site has.
        shared: How many of them both have.
        too_common: How many of those too many students of the site have.
    """

    purpose: str
    incoming: int
    existing: int
    shared: int
    too_common: int


def key_counts(
    incoming: Profile, existing: Profile, overflowing: Collection[BlockingKey] = ()
) -> tuple[KeyCount, ...]:
    """Count two students' keys by purpose; one for which neither has any is left out.

    Args:
        incoming: The incoming student.
        existing: The student of the site.
        overflowing: The keys that too many students of the site have.
    """
    found, others = list[KeyCount](), key_purposes(existing)
    for purpose, mine in key_purposes(incoming, are_sought=True).items():
        theirs = others[purpose]
        if mine or theirs:
            shared = mine & theirs
            common = sum(key in overflowing for key in shared)
            sizes = len(mine), len(theirs), len(shared)
            found.append(KeyCount(purpose, *sizes, common))
    return tuple(found)
