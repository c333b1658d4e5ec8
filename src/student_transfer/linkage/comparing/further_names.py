"""What two students are called beside a given name that both have (MATCH-4).

One site writes in one column what another writes in two, and as a preferred name what
another has as the middle name: all that follows is looked for in every column.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from student_transfer.linkage.comparing.levels import Level
from student_transfer.linkage.comparing.name_agreement import GIVEN_NAMES, name_level
from student_transfer.linkage.profiles.profile import Name, Profile
from student_transfer.names import (
    is_generation_syllable,
    is_lead,
    is_one_syllable,
    spelling,
)

_TWO_NAMES = frozenset({Level.DIFFERENT, Level.LOOK_ALIKE, Level.SIMILAR})


def go_on_otherwise(left: Profile, right: Profile) -> bool:
    """Return whether both have more given names, in any column, none of them the same.

    Jia Hui and Jia Hao, Maria Jose and Maria with the middle name Luisa: what follows
    a name that is the same may be what brothers and sisters are called by. Where it
    follows one that all of them have, as Muhammad, or what is no whole name, as a
    title, a particle or a syllable, it is enough that one goes on.
    """
    mine = _further_names(left, right.given)
    others = _further_names(right, left.given)
    if not mine or not others:
        more = mine or others
        return bool(more) and _are_led(left.given, right.given, more)
    return not any(_may_be_one(one, other) for one in mine for other in others)


def are_reordered(left: Profile, right: Profile) -> bool:
    """Return whether two have the same given names in another order, in any column.

    José with the middle name María is not María José.
    """
    if left.given.joined == right.given.joined:
        return False  # as of most
    words = left.given.words + left.middle.words
    others = right.given.words + right.middle.words
    if len(words) != len(others):
        return False
    mine, theirs = [*map(spelling, words)], [*map(spelling, others)]
    return mine != theirs and sorted(mine) == sorted(theirs)


def leads_others(left: Name, right: Name) -> bool:
    """Return whether all that two given names have alike are names that brothers share.

    >>> leads_others(Name.of("Siti"), Name.of("Siti Aminah"))
    True
    >>> leads_others(Name.of("Jia"), Name.of("Jia Hui"))
    True
    >>> leads_others(Name.of("Anna"), Name.of("Anna Maria"))
    False
    """
    fewer, more = sorted((left.words, right.words), key=len)
    return _are_led(left, right, _beyond(more, fewer))


def _are_led(left: Name, right: Name, further: Iterable[str]) -> bool:
    """Return whether it is what follows them that tells two given names apart.

    A syllable of a generation is told by another syllable: Ji Woo, and not Ji Harper.
    """
    count = min(len(left.words), len(right.words))
    shorter = [words for words in (left.words, right.words) if len(words) == count]
    if any(all(map(is_lead, words)) for words in shorter):
        return True  # the other may have a slip
    common = {*left.words}.intersection(right.words)
    if len(common) < count or not all(map(is_generation_syllable, common)):
        return False
    return all(map(is_one_syllable, further))


def name_after(whole: Name, given: Name) -> Name | None:
    """Return what stands after a given name in a column that has more, as a name.

    None unless the column begins with exactly these words and goes on, and it is told
    which particles are whose.

    >>> name_after(Name.of("Maria del Carmen"), Name.of("Maria")).whole
    'delcarmen'
    >>> name_after(Name.of("Maria Jose"), Name.of("Jose")) is None
    True
    """
    count = len(given.words)
    if not count or whole.words[:count] != given.words:
        return None
    rest = Name(whole.words[count:], whole.whole.removeprefix(given.whole))
    is_told = whole.whole == given.whole + rest.whole
    return rest if rest and is_told and rest.whole.endswith(rest.joined) else None


def _further_names(one: Profile, given: Name) -> Sequence[str]:
    """Return all that a child is called beside what another given name has, too."""
    own = one.given
    if len(own.words) == 1 and own.whole == own.joined and not one.preferred.joined:
        return one.middle.words  # as of most
    found = [*one.middle.words]
    if len(own.words) > 1:
        found += _beyond(own.words, given.words)
    found += _beyond(one.preferred.words, own.words + one.family.words)
    if own.whole not in (own.joined, given.whole):
        found.append(_left_out(own))
    return found


def _beyond(words: Sequence[str], others: Sequence[str]) -> list[str]:
    """Return the words that are none of the others, written otherwise."""
    return [
        word for word in words if not any(_may_be_one(word, other) for other in others)
    ]


def _left_out(name: Name) -> str:
    """Return what of a name is no telling word, as particles are not."""
    return name.whole.removeprefix(name.joined).removesuffix(name.joined)


@lru_cache(maxsize=65536)
def _may_be_one(one: str, other: str) -> bool:
    """Return whether two words may be one given name, an initial of it included."""
    if one == other:
        return True
    if len(one) == 1 or len(other) == 1:
        return one[:1] == other[:1]
    level = name_level(Name((one,), one), Name((other,), other), GIVEN_NAMES)
    return level not in _TWO_NAMES
