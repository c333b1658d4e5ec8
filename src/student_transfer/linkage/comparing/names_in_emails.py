"""Whether an email or a user name is made of a name, and so says what the name says."""

from collections.abc import Iterable, Sequence

from student_transfer.linkage.profiles.profile import Name, Profile

_TELLING = 3
"""Letters that a name needs for it to be seen in an address; shorter is anywhere."""

_CUT_TELLING = 4
"""Letters at its end that show a name which is longer: many user names have eight."""


def repeats_name(local: str, *names: Name) -> bool:
    """Return whether an address has a name in it, be it cut off at the end."""
    words = {word for name in names for word in name.words if len(word) >= _TELLING}
    if any(word in local for word in words):
        return True
    longest = max(map(len, words), default=0)
    begun = {word[:_CUT_TELLING] for word in words}
    return any(
        local[start : start + _CUT_TELLING] in begun
        and _begins_one(local[start:], words)
        for start in range(max(0, len(local) - longest), len(local) - _CUT_TELLING + 1)
    )


def is_made_of_names(local: str, one: Profile) -> bool:
    """Return whether an address is made of beginnings of both names, as ``stepha``."""
    letters = "".join(symbol for symbol in local if symbol.isalpha())
    if len(letters) < _TELLING:
        return False
    given, family = one.given.words, one.family.words
    return _begins_both(letters, given, family) or _begins_both(letters, family, given)


def _begins_both(letters: str, some: Sequence[str], others: Sequence[str]) -> bool:
    """Return whether letters are a beginning of one word and then of another one."""
    longest = max(map(len, others), default=0)
    for cut in range(max(1, len(letters) - longest), len(letters)):
        if not _begins_one(letters[:cut], some):
            return False  # nor does a longer beginning
        if _begins_one(letters[cut:], others):
            return True
    return False


def _begins_one(part: str, words: Iterable[str]) -> bool:
    return any(word.startswith(part) for word in words)
